package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.orchestrator.facts.Projections;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Processes of the projections are killed at random while calls come in, and then all that they kept is deleted. What is right is on
/// `run.events.v1`, the newest end of each run; that this is what the database's ledger says is for [LedgerChaosTest]. The seed is printed;
/// `-Dfacts.seed` gives one.
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@KillsProcesses
final class FactsChaosTest {

    /// Time for one kill at least.
    private static final int SHORT_SECONDS = 5;

    private static final int LONG_SECONDS = Integer.getInteger("facts.chaos.seconds", 60);
    private static final int LONG_ROUNDS = Integer.getInteger("facts.chaos.rounds", 2);
    private static final long CALLS_IN_SECOND = 40;
    private static final long CATCH_UP_MS = 120_000;

    private final long seed = Long.getLong("facts.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private int kills;

    @Test
    void usageEqualsTheEndsOfRunsThoughOneIsKilledAndAllIsDeleted() throws Exception {
        play(SHORT_SECONDS, 1);
    }

    @Test
    @Tag("long")
    void usageEqualsTheEndsOfRunsWhateverIsKilledAndDeleted() throws Exception {
        play(LONG_SECONDS, LONG_ROUNDS);
    }

    private void play(int seconds, int rounds) throws Exception {
        System.out.println("seed " + seed + " (-Dfacts.seed)");
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "facts-");
        try (Afterwards _ = Afterwards.delete(directory);
                EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test");
                    Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
                new TopicProvisioner(admin, new TopicProvisioner.Plan(3, 1, 1, Duration.ofHours(1))).provision();
                FactsLoad load = new FactsLoad(random.split(), producer);
                for (int round = 1; round <= rounds; round++) {
                    round(round, seconds, kafka.bootstrapServers(), directory.resolve("round-" + round), load, admin);
                }
                producer.flush();
                System.out.printf(
                        "%d calls, %d records, %d kills, %d times without state; usage equals the runs' ends, %s in all, in %d minutes%n",
                        load.calls(), load.records(), kills, rounds, load.cost(), load.right().size());
            }
        }
    }

    private void round(int round, int seconds, String servers, Path directory, FactsLoad load, Admin admin) throws Exception {
        // given two processes, one of which is killed at random times while calls come in
        Path[] directories = {directory.resolve("one"), directory.resolve("two")};
        FactsProcess[] processes = {FactsProcess.start(servers, directories[0]), FactsProcess.start(servers, directories[1])};
        try {
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            long killNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            while (System.nanoTime() < untilNs) {
                load.call();
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / CALLS_IN_SECOND); // the rate of the load
                if (System.nanoTime() >= killNs) {
                    int victim = random.nextInt(2);
                    processes[victim].kill();
                    kills++;
                    processes[victim] = FactsProcess.start(servers, directories[victim]);
                    killNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_000, 12_000));
                }
            }

            // then the sum is that of the runs' ends
            awaitEqual("round " + round + ", after the kills", servers, load);
        } finally {
            processes[0].kill();
            processes[1].kill();
        }

        // when all that they kept is deleted
        Forgetting.everything(admin);
        DirectoryTree.delete(directory);
        try (FactsProcess again = FactsProcess.start(servers, directory.resolve("again"))) {
            awaitRead(admin, Projections.FACTS, List.of(
                    Topics.RUN_EVENTS.name(), Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name()));
            awaitRead(admin, Projections.USAGE, List.of(Topics.RUNS.name()));

            // then it is found again
            awaitEqual("round " + round + ", without state", servers, load);
            assertRevisionsOnlyGrow(servers, load.calls());
            again.kill();
        }
        Forgetting.offsets(admin); // the next round begins with what is left, as after a week without a process
    }

    private static void awaitEqual(String when, String servers, FactsLoad load) throws Exception {
        load.flush();
        Map<String, String> right = FactsLoad.sums(TopicReader.latest(servers, Topics.RUN_EVENTS).values());
        assertEquals(load.right(), right, "what was said is on the log");
        assertTrue(load.cost().signum() > 0, "runs cost something");
        try {
            Wait.until(when, CATCH_UP_MS, () ->
                    Wait.when(right.equals(FactsLoad.said(TopicReader.latest(servers, Topics.USAGE)))));
        } catch (AssertionError late) {
            assertEquals(right, FactsLoad.said(TopicReader.latest(servers, Topics.USAGE)), when);
        }
    }

    private static void assertRevisionsOnlyGrow(String servers, int calls) throws Exception {
        Map<String, Long> newest = new HashMap<>();
        for (var record : TopicReader.read(servers, Topics.RUNS)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (Topics.RUNS.codec().decode(record.value()) instanceof Decoded.Value<RunFacts>(RunFacts facts)) {
                Long revision = facts.revision();
                assertTrue(revision != null && revision > newest.getOrDefault(key, 0L), () -> key + " goes back to " + revision);
                newest.put(key, revision);
            }
        }
        assertEquals(calls, newest.size());
    }

    private static void awaitRead(Admin admin, String group, List<String> topics) throws Exception {
        Wait.until(group + " has read all", CATCH_UP_MS, () -> {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            for (var topic : admin.describeTopics(topics).allTopicNames().get().values()) {
                topic.partitions().forEach(each ->
                        latest.put(new TopicPartition(topic.name(), each.partition()), OffsetSpec.latest()));
            }
            var ends = admin.listOffsets(latest).all().get();
            var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            return Wait.when(ends.entrySet().stream().filter(end -> end.getValue().offset() > 0).allMatch(end -> {
                OffsetAndMetadata offset = committed.get(end.getKey());
                return offset != null && offset.offset() >= end.getValue().offset();
            }));
        });
    }
}
