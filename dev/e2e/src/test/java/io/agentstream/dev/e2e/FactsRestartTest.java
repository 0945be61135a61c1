package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.orchestrator.facts.Projections;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A process of the projections that was killed goes on with the directory that it had.
@Timeout(180)
@OwnSystem
@Drill
final class FactsRestartTest {

    private static final long CATCH_UP_MS = 60_000;

    /// As many as fill the memory in front of a store: only then does the disk know that the store was not closed.
    private static final int ENOUGH = 2_000;

    private static final int SOME = 20;

    @Test
    void whoWasKilledBeginsAgainInItsOwnDirectory() throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "facts-");
        try (Afterwards _ = Afterwards.delete(directory);
                EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test");
                    Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
                new TopicProvisioner(admin, new TopicProvisioner.Plan(3, 1, 1, Duration.ofHours(1))).provision();
                FactsLoad load = new FactsLoad(new SplittableRandom(7), producer);
                Path stores = directory.resolve("stores");

                // given a process that has told facts, and was killed
                try (FactsProcess first = FactsProcess.start(kafka.bootstrapServers(), stores)) {
                    calls(load, ENOUGH, producer);
                    awaitEqual(kafka.bootstrapServers(), load);
                    first.kill();
                }

                // when
                calls(load, SOME, producer);
                try (FactsProcess second = FactsProcess.start(kafka.bootstrapServers(), stores)) {

                    // then
                    awaitEqual(kafka.bootstrapServers(), load);
                    second.kill();
                }
            }
        }
    }

    @Test
    void aRecordThatBreaksWhoeverReadsItEndsTheProjectionsForAWhileAndNothingElse() throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "facts-");
        List<Throwable> faults = new CopyOnWriteArrayList<>();
        try (Afterwards _ = Afterwards.delete(directory);
                EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test");
                    Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
                new TopicProvisioner(admin, new TopicProvisioner.Plan(3, 1, 1, Duration.ofHours(1))).provision();
                Projections projections = new Projections(clients, directory.resolve("stores"), () -> true, FactsProcess.SESSION);
                try (DutyCycleRunner runner = new DutyCycleRunner(projections, Duration.ofSeconds(10), faults::add).start()) {
                    // given
                    Wait.until("the projections work", CATCH_UP_MS, () -> Wait.when(projections.reason().isEmpty()));

                    // when
                    producer.send(new ProducerRecord<>(
                            Projections.USAGE + "-minutes-repartition", new byte[] {'k'}, new byte[] {'x'})).get();

                    // then
                    Wait.until("they have given up", CATCH_UP_MS, () ->
                            Wait.when(projections.reason().equals(Optional.of("the projections have not started"))));
                    assertTrue(runner.isAlive());
                    assertEquals(List.of(), faults);
                }
            }
        }
    }

    private static void calls(FactsLoad load, int calls, Producer<byte[], byte[]> producer) {
        for (int i = 0; i < calls; i++) {
            load.call();
        }
        producer.flush();
    }

    private static void awaitEqual(String servers, FactsLoad load) throws Exception {
        Map<String, String> right = load.right();
        try {
            Wait.until("the sum", CATCH_UP_MS, () ->
                    Wait.when(right.equals(FactsLoad.said(TopicReader.latest(servers, Topics.USAGE)))));
        } catch (AssertionError late) {
            assertEquals(right, FactsLoad.said(TopicReader.latest(servers, Topics.USAGE)));
        }
    }
}
