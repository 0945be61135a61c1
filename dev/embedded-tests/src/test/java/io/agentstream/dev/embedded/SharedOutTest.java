package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.NextPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How workers share the partitions, with the broker that says so.
@Timeout(120)
final class SharedOutTest {

    private static final List<String> TOPICS = List.of("events", "frames");
    private static final int PARTITIONS = 4;
    private static final long LIMIT_NS = Duration.ofSeconds(60).toNanos();

    @TempDir
    private Path directory;

    /// A worker's member, and what the group has told it. The test's thread polls all of them.
    private static final class Member implements ConsumerRebalanceListener, AutoCloseable {

        private final NextPartition next = new NextPartition();
        private final Consumer<byte[], byte[]> consumer;
        private final Set<TopicPartition> taken = new HashSet<>();
        private final List<Integer> takenAtOnce = new ArrayList<>();
        private final List<TopicPartition> lost = new ArrayList<>();
        private final List<Integer> givenAtOnce = new ArrayList<>();

        Member(KafkaClients clients, String name) {
            consumer = clients.worker(name, 10, Duration.ofSeconds(6), next);
            consumer.subscribe(TOPICS, this);
        }

        /// Asks for what is to come, once it is told.
        void ask() {
            if (next.told() != NextPartition.NONE && next.told() != next.prepared()) {
                next.prepare(next.told());
                consumer.enforceRebalance("test");
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            taken.addAll(partitions);
            takenAtOnce.add(partitions.size() / TOPICS.size());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                next.prepare(NextPartition.NONE);
                givenAtOnce.add(partitions.size() / TOPICS.size());
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost.addAll(partitions);
        }

        /// The numbers of which it has each topic's.
        Set<Integer> has() {
            Set<Integer> numbers = new HashSet<>();
            for (int p = 0; p < PARTITIONS; p++) {
                int number = p;
                if (TOPICS.stream().allMatch(topic -> consumer.assignment().contains(new TopicPartition(topic, number)))) {
                    numbers.add(number);
                }
            }
            assertEquals(numbers.size() * TOPICS.size(), consumer.assignment().size());
            return numbers;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    private static void until(BooleanSupplier done, Member... members) {
        long deadlineNs = System.nanoTime() + LIMIT_NS;
        while (!done.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, "the group does not agree");
            for (Member member : members) {
                member.consumer.poll(Duration.ofMillis(20));
            }
        }
    }

    @Test
    void whoHoldsPartitionsKeepsThemUntilWhoComesAsksForEachAndTakesAllWhenItGoes() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test")) {
                admin.createTopics(TOPICS.stream().map(topic -> new NewTopic(topic, PARTITIONS, (short) 1)).toList()).all().get();
            }
            try (Member first = new Member(clients, "z")) {
                until(() -> first.has().size() == PARTITIONS, first);

                // when another comes, and is told what is to come
                Member second = new Member(clients, "a");
                until(() -> second.next.told() != NextPartition.NONE, first, second);
                assertEquals(PARTITIONS, first.has().size());
                until(
                        () -> {
                            second.ask();
                            return second.has().size() == PARTITIONS / 2;
                        },
                        first, second);

                // then one after the other was taken away, and nothing else
                assertEquals(PARTITIONS / 2, first.has().size());
                assertEquals(Set.copyOf(second.consumer.assignment()), first.taken);
                assertEquals(List.of(1, 1), first.takenAtOnce);
                assertEquals(List.of(1, 1), second.givenAtOnce);
                assertEquals(NextPartition.NONE, second.next.told());

                // when it goes again
                first.taken.clear();
                first.givenAtOnce.clear();
                second.close();
                until(() -> first.has().size() == PARTITIONS, first);

                // then nothing is taken away for it, and all comes at once
                assertEquals(Set.of(), first.taken);
                assertEquals(List.of(PARTITIONS / 2), first.givenAtOnce);
                assertEquals(List.of(), first.lost);
            }
        }
    }
}
