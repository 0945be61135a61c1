package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.RebalanceProtocol;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TogetherAssignorTest {

    private static final List<String> TOPICS = List.of("events", "frames");

    /// A group of members that agree, as Kafka has them agree.
    private static final class Group {

        private final int partitions;
        private final Map<String, Set<Integer>> has = new TreeMap<>();

        Group(int partitions) {
            this.partitions = partitions;
        }

        private Cluster cluster() {
            Node node = new Node(0, "broker", 1);
            List<PartitionInfo> all = new ArrayList<>();
            for (String topic : TOPICS) {
                for (int p = 0; p < partitions; p++) {
                    all.add(new PartitionInfo(topic, p, node, new Node[] {node}, new Node[] {node}));
                }
            }
            return new Cluster("test", List.of(node), all, Set.of(), Set.of());
        }

        void joins(String member) {
            has.put(member, Set.of());
        }

        /// One agreement. Who was given less than it had has let go of the rest by the next one.
        void agree() {
            Map<String, Subscription> members = new HashMap<>();
            has.forEach((member, owned) -> {
                List<TopicPartition> claimed = new ArrayList<>();
                owned.forEach(p -> TOPICS.forEach(topic -> claimed.add(new TopicPartition(topic, p))));
                members.put(member, new Subscription(TOPICS, null, claimed));
            });
            Map<String, Assignment> given = new TogetherAssignor().assign(cluster(), new GroupSubscription(members)).groupAssignment();
            Map<String, Set<Integer>> before = Map.copyOf(has);
            given.forEach((member, assignment) -> has.put(member, together(assignment)));
            has.forEach((member, now) -> before.forEach((other, had) -> {
                Set<Integer> both = new HashSet<>(now);
                both.retainAll(had);
                assertTrue(other.equals(member) || both.isEmpty(), () -> member + " is given " + both + " while " + other + " has it");
            }));
        }

        /// The numbers that it was given, of which it has each of every topic.
        private static Set<Integer> together(Assignment assignment) {
            Map<String, Set<Integer>> byTopic = new HashMap<>();
            assignment.partitions().forEach(each -> byTopic.computeIfAbsent(each.topic(), _ -> new TreeSet<>()).add(each.partition()));
            Set<Integer> first = byTopic.getOrDefault(TOPICS.getFirst(), Set.of());
            assertEquals(first, byTopic.getOrDefault(TOPICS.getLast(), Set.of()));
            return first;
        }

        void assertEven(String seed) {
            Set<Integer> all = new TreeSet<>();
            has.values().forEach(all::addAll);
            assertEquals(partitions, all.size(), seed);
            int least = has.values().stream().mapToInt(Set::size).min().orElseThrow();
            int most = has.values().stream().mapToInt(Set::size).max().orElseThrow();
            assertTrue(most - least <= 1, () -> seed + ": " + has);
        }
    }

    private final Group group = new Group(4);

    @Test
    void whoIsAloneHasAll() {
        group.joins("a");

        group.agree();

        assertEquals(Map.of("a", Set.of(0, 1, 2, 3)), group.has);
    }

    @Test
    void whatMovesIsLetGoOfFirstAndGivenByTheNextAgreement() {
        // given
        group.joins("b");
        group.agree();

        // when another joins, whatever its name
        group.joins("a");
        group.agree();
        Map<String, Set<Integer>> first = Map.copyOf(group.has);
        group.agree();

        // then who had them keeps its half all the time
        assertEquals(Map.of("a", Set.of(), "b", Set.of(0, 1)), first);
        assertEquals(Map.of("a", Set.of(2, 3), "b", Set.of(0, 1)), group.has);
    }

    @Test
    void whoNeedNotGiveUpAnythingKeepsAll() {
        // given
        group.has.put("a", Set.of(0, 1));
        group.has.put("b", Set.of(2, 3));

        // when
        group.joins("c");
        group.agree();
        group.agree();

        // then one partition has moved
        assertEquals(Map.of("a", Set.of(0, 1), "b", Set.of(2), "c", Set.of(3)), group.has);
    }

    @Test
    void whatNobodyHasAnyMoreIsGivenAtOnce() {
        // given one of three that has left
        group.has.put("a", Set.of(0, 1));
        group.has.put("b", Set.of(2));

        // when
        group.agree();

        // then
        assertEquals(Map.of("a", Set.of(0, 1), "b", Set.of(2, 3)), group.has);
    }

    @Test
    void whatTwoThinkIsTheirsIsGivenToNeitherAtOnce() {
        group.has.put("a", Set.of(0, 1));
        group.has.put("b", Set.of(1, 2));

        group.agree();

        assertEquals(Map.of("a", Set.of(0), "b", Set.of(2, 3)), Map.of("a", group.has.get("a"), "b", group.has.get("b")));
    }

    @Test
    void worksBesideAssignorsThatTakeEverythingAwayFirst() {
        assertTrue(new TogetherAssignor().supportedProtocols().contains(RebalanceProtocol.EAGER));
    }

    @Test
    void whateverComesAndGoesTwoAgreementsLaterAllIsGivenEvenly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int game = 0; game < 200; game++) {
            Group any = new Group(1 + random.nextInt(12));
            for (int round = 0; round < 20; round++) {
                if (random.nextBoolean() || any.has.isEmpty()) {
                    any.joins("m" + random.nextInt(1_000));
                } else {
                    any.has.remove(List.copyOf(any.has.keySet()).get(random.nextInt(any.has.size())));
                }
                if (any.has.isEmpty()) {
                    continue;
                }
                any.agree();
                if (random.nextBoolean()) {
                    any.agree();
                    any.agree();
                    any.assertEven("seed " + seed);
                }
            }
        }
    }
}
