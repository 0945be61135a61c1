package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.MoveWords.Told;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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

    /// A member, as its consumer has it: with an assignor of its own.
    private static final class Member {

        private final TogetherAssignor assignor = new TogetherAssignor();
        private final NextPartition next = new NextPartition();
        private final boolean isOfBefore;
        private Set<Integer> has = Set.of();

        /// @param isOfBefore whether it knows nothing of partitions that are to come
        Member(boolean isOfBefore) {
            this.isOfBefore = isOfBefore;
            assignor.configure(isOfBefore ? Map.of() : Map.of(TogetherAssignor.NEXT_PARTITION, next));
        }

        Subscription subscription() {
            List<TopicPartition> claimed = new ArrayList<>();
            has.forEach(p -> TOPICS.forEach(topic -> claimed.add(new TopicPartition(topic, p))));
            return new Subscription(TOPICS, assignor.subscriptionUserData(Set.copyOf(TOPICS)), claimed);
        }

        /// What its loop does: what came it takes first, and what is to come it asks for where it is prepared.
        void given(Set<Integer> now, Assignment assignment) {
            boolean anyCame = !has.containsAll(now);
            has = now;
            assignor.onAssignment(assignment, null);
            if (anyCame || next.told() != next.prepared()) {
                next.prepare(NextPartition.NONE);
            }
        }

        boolean isToAsk() {
            return next.told() != NextPartition.NONE && !next.isLetGo();
        }

        void asks() {
            next.prepare(next.told());
        }
    }

    /// A group of members that agree, as Kafka has them agree.
    private static final class Group {

        private final int partitions;
        private final Map<String, Member> members = new TreeMap<>();

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

        Member joins(String name) {
            return joins(name, false);
        }

        Member joins(String name, boolean isOfBefore) {
            return members.computeIfAbsent(name, _ -> new Member(isOfBefore));
        }

        void joinsWith(String name, Integer... numbers) {
            joins(name).has = Set.of(numbers);
        }

        Map<String, Set<Integer>> has() {
            Map<String, Set<Integer>> has = new TreeMap<>();
            members.forEach((name, member) -> has.put(name, member.has));
            return has;
        }

        /// One agreement. Who was given less than it had has let go of the rest by the next one.
        ///
        /// @return numbers that were let go of
        Set<Integer> agree() {
            Map<String, Subscription> said = new HashMap<>();
            members.forEach((name, member) -> said.put(name, member.subscription()));
            Map<String, Assignment> given = new TogetherAssignor().assign(cluster(), new GroupSubscription(said)).groupAssignment();
            Map<String, Set<Integer>> before = has();
            members.forEach((name, member) -> {
                Assignment assignment = given.get(name);
                member.given(together(assignment), assignment);
            });
            Set<Integer> all = new TreeSet<>();
            has().forEach((name, now) -> {
                now.forEach(number -> assertTrue(all.add(number), () -> number + " is given twice"));
                before.forEach((other, had) -> {
                    Set<Integer> both = new HashSet<>(now);
                    both.retainAll(had);
                    assertTrue(other.equals(name) || both.isEmpty(), () -> name + " is given " + both + " while " + other + " has it");
                });
            });
            Set<Integer> letGo = new TreeSet<>();
            before.values().forEach(letGo::addAll);
            letGo.removeAll(all);
            Set<Integer> nobodys = new TreeSet<>();
            for (int number = 0; number < partitions; number++) {
                nobodys.add(number);
            }
            nobodys.removeAll(all);
            assertEquals(letGo, nobodys, "what nobody has was given at once");
            return letGo;
        }

        boolean asks() {
            List<Member> asking = members.values().stream().filter(Member::isToAsk).toList();
            asking.forEach(Member::asks);
            return !asking.isEmpty();
        }

        /// The numbers that it was given, of which it has each of every topic.
        private static Set<Integer> together(Assignment assignment) {
            Map<String, Set<Integer>> byTopic = new HashMap<>();
            assignment.partitions().forEach(each -> byTopic.computeIfAbsent(each.topic(), _ -> new TreeSet<>()).add(each.partition()));
            Set<Integer> first = byTopic.getOrDefault(TOPICS.getFirst(), Set.of());
            assertEquals(first, byTopic.getOrDefault(TOPICS.getLast(), Set.of()));
            return first;
        }

        /// How many partitions have to move until all have as many, or one more.
        int distance() {
            List<Integer> sizes = new ArrayList<>(members.values().stream().map(member -> member.has.size()).toList());
            sizes.sort((one, other) -> other - one);
            int distance = 0;
            for (int n = 0; n < sizes.size(); n++) {
                distance += Math.max(0, sizes.get(n) - partitions / sizes.size() - (n < partitions % sizes.size() ? 1 : 0));
            }
            return distance;
        }

        void assertEven(String seed) {
            Set<Integer> all = new TreeSet<>();
            has().values().forEach(all::addAll);
            assertEquals(partitions, all.size(), seed);
            int least = has().values().stream().mapToInt(Set::size).min().orElseThrow();
            int most = has().values().stream().mapToInt(Set::size).max().orElseThrow();
            assertTrue(most - least <= 1, () -> seed + ": " + has());
        }
    }

    private final Group group = new Group(4);

    @Test
    void whatWasLetGoOfForWhoeverIsPreparedIsGivenToNobodyElse() {
        // given
        Group group = new Group(6);
        group.joinsWith("a", 0, 1, 3, 5);
        group.joins("b").next.prepare(2);
        group.joinsWith("c", 4);

        // when
        group.agree();

        // then
        assertEquals(Set.of(2), group.has().get("b"));
        assertEquals(Set.of(4), group.has().get("c"));
    }

    @Test
    void whoIsAloneHasAll() {
        group.joins("a");

        group.agree();

        assertEquals(Map.of("a", Set.of(0, 1, 2, 3)), group.has());
    }

    @Test
    void whatSomebodyHasStaysUntilWhoIsToHaveItIsPrepared() {
        // given
        group.joins("b");
        group.agree();

        // when another joins, whatever its name, and does not ask
        Member a = group.joins("a");
        group.agree();
        group.agree();

        // then it is told what is to come
        assertEquals(Map.of("a", Set.of(), "b", Set.of(0, 1, 2, 3)), group.has());
        assertEquals(2, a.next.told());
        assertTrue(a.isToAsk());
    }

    @Test
    void whatMovesIsLetGoOfOneByOneAndGivenByTheNextAgreement() {
        // given
        group.joins("b");
        group.agree();
        Member a = group.joins("a");
        group.agree();

        // when
        a.asks();
        assertEquals(Set.of(2), group.agree());
        assertTrue(a.next.isLetGo());
        assertEquals(Map.of("a", Set.of(), "b", Set.of(0, 1, 3)), group.has());
        group.agree();
        assertEquals(Map.of("a", Set.of(2), "b", Set.of(0, 1, 3)), group.has());
        assertEquals(3, a.next.told());
        a.asks();
        group.agree();
        group.agree();

        // then who had them has kept its half all the time
        assertEquals(Map.of("a", Set.of(2, 3), "b", Set.of(0, 1)), group.has());
        assertEquals(NextPartition.NONE, a.next.told());
    }

    @Test
    void whoHasSomethingToTakeIsNotGivenMoreOfOthers() {
        // given one that is prepared for a partition when another ends that had some
        Group eight = new Group(8);
        eight.joinsWith("a", 0, 1, 2, 3, 4, 5);
        eight.joinsWith("c", 6, 7);
        Member b = eight.joins("b");
        eight.agree();
        b.asks();
        eight.members.remove("c");

        // when
        eight.agree();

        // then it takes what nobody has first
        assertEquals(Map.of("a", Set.of(0, 1, 2, 3, 4, 5), "b", Set.of(6, 7)), eight.has());
        assertTrue(b.isToAsk());
    }

    @Test
    void whoNeedNotGiveUpAnythingKeepsAll() {
        // given
        group.joinsWith("a", 0, 1);
        group.joinsWith("b", 2, 3);

        // when
        Member c = group.joins("c");
        group.agree();
        c.asks();
        group.agree();
        group.agree();

        // then one partition has moved
        assertEquals(Map.of("a", Set.of(0, 1), "b", Set.of(2), "c", Set.of(3)), group.has());
    }

    @Test
    void whatNobodyHasAnyMoreIsGivenAtOnce() {
        // given one of three that has left
        group.joinsWith("a", 0, 1);
        group.joinsWith("b", 2);

        // when
        group.agree();

        // then
        assertEquals(Map.of("a", Set.of(0, 1), "b", Set.of(2, 3)), group.has());
    }

    @Test
    void whatTwoThinkIsTheirsIsGivenToNeitherAtOnce() {
        group.joinsWith("a", 0, 1);
        group.joinsWith("b", 1, 2);

        group.agree();

        assertEquals(Map.of("a", Set.of(0), "b", Set.of(2, 3)), group.has());
    }

    /// It would wait for ever: nobody prepares it.
    @Test
    void aMemberOfBeforeIsGivenAllThatIsToBeItsOwnAtOnce() {
        // given
        group.joins("b");
        group.agree();

        // when
        Member a = group.joins("a", true);
        Set<Integer> letGo = group.agree();
        group.agree();

        // then
        assertNull(a.subscription().userData());
        assertEquals(Set.of(2, 3), letGo);
        assertEquals(Map.of("a", Set.of(2, 3), "b", Set.of(0, 1)), group.has());
    }

    @Test
    void nothingIsToComeWhereTheLeaderIsOfBefore() {
        Member a = group.joins("a");
        a.next.tell(3, false);

        a.assignor.onAssignment(new Assignment(List.of()), null);

        assertEquals(NextPartition.NONE, a.next.told());
    }

    @Test
    void ofWhatLaterVersionsSayMoreIsHeardWhatIsKnown() {
        ByteBuffer said = ByteBuffer.allocate(9).put((byte) 2).putInt(7).putInt(99).flip();
        ByteBuffer told = ByteBuffer.allocate(10).put((byte) 2).putInt(7).put((byte) 1).putInt(99).flip();

        assertEquals(OptionalInt.of(7), MoveWords.prepared(said));
        assertEquals(new Told(7, true), MoveWords.told(told));
        assertEquals(OptionalInt.empty(), MoveWords.prepared(ByteBuffer.allocate(3)));
        assertEquals(Told.NOTHING, MoveWords.told(ByteBuffer.allocate(3)));
        assertEquals(9, said.remaining());
    }

    @Test
    void worksBesideAssignorsThatTakeEverythingAwayFirst() {
        assertTrue(new TogetherAssignor().supportedProtocols().contains(RebalanceProtocol.EAGER));
    }

    @Test
    void whateverComesAndGoesAllIsGivenEvenlyOneByOneInTheEnd() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int game = 0; game < 200; game++) {
            Group any = new Group(1 + random.nextInt(12));
            for (int round = 0; round < 20; round++) {
                if (random.nextBoolean() || any.members.isEmpty()) {
                    any.joins("m" + random.nextInt(1_000), random.nextInt(4) == 0);
                } else {
                    any.members.remove(List.copyOf(any.members.keySet()).get(random.nextInt(any.members.size())));
                }
                for (int n = random.nextInt(4); n > 0 && !any.members.isEmpty(); n--) {
                    any.members.values().stream().filter(member -> member.isToAsk() && random.nextBoolean()).forEach(Member::asks);
                    agreeOneByOne(any, seed);
                }
                if (!any.members.isEmpty() && random.nextBoolean()) {
                    comesToRest(any, seed);
                }
            }
        }
    }

    /// Nobody who can ask is given more than one at a time of what others have.
    private static void agreeOneByOne(Group any, long seed) {
        Set<Integer> letGo = any.agree();
        if (any.members.values().stream().noneMatch(member -> member.isOfBefore)) {
            List<Integer> toCome = any.members.values().stream().filter(member -> member.next.isLetGo()).map(member -> member.next.told()).toList();
            assertEquals(letGo, new TreeSet<>(toCome), "seed " + seed);
            assertEquals(letGo.size(), toCome.size(), "seed " + seed);
        }
    }

    /// The first two agreements are for what had begun, and each that moves takes two; or more, where it turns out to be another that is to come.
    private static void comesToRest(Group any, long seed) {
        agreeOneByOne(any, seed);
        agreeOneByOne(any, seed);
        for (int left = 4 * any.distance() + 2; any.asks() || any.has().values().stream().mapToInt(Set::size).sum() < any.partitions; left--) {
            assertTrue(left > 0, () -> "seed " + seed + ": " + any.has());
            agreeOneByOne(any, seed);
        }
        any.assertEven("seed " + seed);
    }
}
