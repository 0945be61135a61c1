package io.agentstream.runtime;

import io.agentstream.runtime.MoveWords.Told;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Gives partition *p* of all topics to one member of a group, as evenly as it goes, and takes none from a member that need not give it up: who
/// stays goes on with what it has while the group agrees. What nobody has is given at once. What somebody has moves one by one: whoever is to have
/// it is told so, prepares itself, and says that it has; then it is let go of, and given by the agreement that follows (ADR 26). What is decided hangs on what
/// members have and say alone, so another leader goes on with it.
///
/// A member of before says nothing, and is given what is let go of for it all at once, as it would itself.
///
/// Kafka's client makes it by its name, with the [NextPartition] of its consumer. Only the thread that polls that.
public final class TogetherAssignor implements ConsumerPartitionAssignor, Configurable {

    /// Where a consumer's settings have its [NextPartition].
    static final String NEXT_PARTITION = "agentstream.next.partition";

    private @Nullable NextPartition next;

    @Override
    public void configure(Map<String, ?> settings) {
        if (settings.get(NEXT_PARTITION) instanceof NextPartition given) {
            next = given;
        }
    }

    @Override
    public String name() {
        return "together";
    }

    @Override
    public List<RebalanceProtocol> supportedProtocols() {
        return List.of(RebalanceProtocol.COOPERATIVE, RebalanceProtocol.EAGER);
    }

    @Override
    public @Nullable ByteBuffer subscriptionUserData(Set<String> topics) {
        return next == null ? null : MoveWords.said(next.prepared());
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        if (next != null) {
            Told told = MoveWords.told(assignment.userData());
            next.tell(told.number(), told.letGo());
        }
    }

    @Override
    public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
        Map<String, Subscription> members = new TreeMap<>(group.groupSubscription());
        Map<String, Set<Integer>> owned = new TreeMap<>();
        members.forEach((member, subscription) -> owned.put(member, numbers(subscription.ownedPartitions())));
        Map<String, Set<Integer>> shares = shares(owned, prepared(members), partitions(cluster, members));
        Set<Integer> letGo = ownedByTwo(owned);
        Map<String, Told> told = new HashMap<>();
        members.forEach((member, subscription) ->
                told.put(member, toMove(shares.getOrDefault(member, Set.of()), member, owned, MoveWords.prepared(subscription.userData()), letGo)));
        Map<String, Assignment> given = new HashMap<>();
        members.forEach((member, subscription) -> given.put(member, new Assignment(
                together(cluster, subscription, given(member, owned, shares, letGo)),
                MoveWords.told(told.getOrDefault(member, Told.NOTHING)))));
        return new GroupAssignment(given);
    }

    /// Which partition is to move to a member next.
    ///
    /// @param letGo is told what is let go of for it now, in this agreement
    private static Told toMove(
            Set<Integer> share, String member, Map<String, Set<Integer>> owned, OptionalInt prepared, Set<Integer> letGo) {
        Set<Integer> held = new TreeSet<>(share);
        held.removeIf(number -> letGo.contains(number) || !anybodyElse(owned, member, number));
        if (prepared.isEmpty()) {
            letGo.addAll(held);
            return Told.NOTHING;
        }
        if (held.isEmpty()) {
            return Told.NOTHING;
        }
        boolean isGivenAny = share.stream().anyMatch(number -> owned.values().stream().noneMatch(has -> has.contains(number)));
        if (!isGivenAny && held.contains(prepared.getAsInt())) {
            letGo.add(prepared.getAsInt());
            return new Told(prepared.getAsInt(), true);
        }
        return new Told(Collections.min(held), false);
    }

    /// What a member has from now on: of its share what nobody else has, and what it has that is not let go of yet.
    private static Set<Integer> given(String member, Map<String, Set<Integer>> owned, Map<String, Set<Integer>> shares, Set<Integer> letGo) {
        Set<Integer> given = new TreeSet<>(shares.getOrDefault(member, Set.of()));
        given.removeIf(number -> anybodyElse(owned, member, number));
        Set<Integer> kept = new TreeSet<>(owned.getOrDefault(member, Set.of()));
        kept.removeAll(letGo);
        kept.removeIf(number -> shares.values().stream().noneMatch(share -> share.contains(number)));
        given.addAll(kept);
        return given;
    }

    /// What two think is theirs, which both let go of.
    private static Set<Integer> ownedByTwo(Map<String, Set<Integer>> owned) {
        Set<Integer> once = new HashSet<>();
        Set<Integer> twice = new TreeSet<>();
        owned.values().forEach(has -> has.stream().filter(number -> !once.add(number)).forEach(twice::add));
        return twice;
    }

    /// Of the topic that has most.
    private static int partitions(Cluster cluster, Map<String, Subscription> members) {
        return members.values().stream()
                .flatMap(subscription -> subscription.topics().stream())
                .mapToInt(topic -> count(cluster, topic))
                .max()
                .orElse(0);
    }

    private static int count(Cluster cluster, String topic) {
        Integer count = cluster.partitionCountForTopic(topic);
        return count == null ? 0 : count;
    }

    private static Set<Integer> numbers(List<TopicPartition> partitions) {
        Set<Integer> numbers = new TreeSet<>();
        partitions.forEach(each -> numbers.add(each.partition()));
        return numbers;
    }

    /// The partition that each member says it is prepared for, of those that are.
    private static Map<String, Integer> prepared(Map<String, Subscription> members) {
        Map<String, Integer> prepared = new HashMap<>();
        members.forEach((member, subscription) -> MoveWords.prepared(subscription.userData()).ifPresent(number -> prepared.put(member, number)));
        return prepared;
    }

    /// What each member is to have in the end. What nobody has, because it was let go of for somebody, is for whoever is prepared for it.
    private static Map<String, Set<Integer>> shares(Map<String, Set<Integer>> owned, Map<String, Integer> prepared, int partitions) {
        List<String> most = new ArrayList<>(owned.keySet());
        most.sort(Comparator.<String>comparingInt(member -> -owned.getOrDefault(member, Set.of()).size()).thenComparing(member -> member));
        Set<Integer> free = new TreeSet<>();
        for (int number = 0; number < partitions; number++) {
            free.add(number);
        }
        Map<String, Set<Integer>> shares = new TreeMap<>();
        Map<String, Integer> quotas = new HashMap<>();
        for (int n = 0; n < most.size(); n++) {
            String member = most.get(n);
            int quota = partitions / most.size() + (n < partitions % most.size() ? 1 : 0);
            Set<Integer> kept = new TreeSet<>();
            for (int number : owned.getOrDefault(member, Set.of())) {
                if (kept.size() < quota && free.remove(number)) { // false where two think that it is theirs
                    kept.add(number);
                }
            }
            shares.put(member, kept);
            quotas.put(member, quota);
        }
        shares.forEach((member, share) -> {
            int number = prepared.getOrDefault(member, NextPartition.NONE);
            if (share.size() < quotas.getOrDefault(member, 0) && free.remove(number)) {
                share.add(number);
            }
        });
        for (String member : most) {
            Set<Integer> share = shares.getOrDefault(member, new TreeSet<>());
            while (share.size() < quotas.getOrDefault(member, 0)) {
                int number = free.iterator().next();
                free.remove(number);
                share.add(number);
            }
        }
        return shares;
    }

    private static boolean anybodyElse(Map<String, Set<Integer>> owned, String than, int number) {
        return owned.entrySet().stream().anyMatch(each -> !each.getKey().equals(than) && each.getValue().contains(number));
    }

    private static List<TopicPartition> together(Cluster cluster, Subscription of, Set<Integer> numbers) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : of.topics()) {
            for (int number : numbers) {
                if (number < count(cluster, topic)) {
                    partitions.add(new TopicPartition(topic, number));
                }
            }
        }
        return partitions;
    }
}
