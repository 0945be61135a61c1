package io.agentstream.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;

/// Gives partition *p* of all topics to one member of a group, as evenly as it goes, and takes none from a member that need not give it up: who
/// stays goes on with what it has while the group agrees. A partition that moves is let go of first, and given to its next owner by
/// the agreement that follows (ADR 26).
///
/// Kafka's client makes it by its name. Keeps nothing; any thread.
public final class TogetherAssignor implements ConsumerPartitionAssignor {

    @Override
    public String name() {
        return "together";
    }

    @Override
    public List<RebalanceProtocol> supportedProtocols() {
        return List.of(RebalanceProtocol.COOPERATIVE, RebalanceProtocol.EAGER);
    }

    @Override
    public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
        Map<String, Subscription> members = new TreeMap<>(group.groupSubscription());
        Map<String, Set<Integer>> owned = new TreeMap<>();
        members.forEach((member, subscription) -> owned.put(member, numbers(subscription.ownedPartitions())));
        Map<String, Set<Integer>> shares = shares(owned, partitions(cluster, members));
        Map<String, Assignment> given = new HashMap<>();
        members.forEach((member, subscription) -> {
            Set<Integer> share = new TreeSet<>(shares.getOrDefault(member, Set.of()));
            share.removeIf(number -> anybodyElse(owned, member, number));
            given.put(member, new Assignment(together(cluster, subscription, share)));
        });
        return new GroupAssignment(given);
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

    /// What each member is to have in the end.
    private static Map<String, Set<Integer>> shares(Map<String, Set<Integer>> owned, int partitions) {
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
