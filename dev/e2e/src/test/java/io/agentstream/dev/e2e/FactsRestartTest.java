package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A process of the projections that was killed goes on with the directory that it had.
@Timeout(180)
final class FactsRestartTest {

    private static final long CATCH_UP_MS = 60_000;

    @Test
    void whoWasKilledBeginsAgainInItsOwnDirectory() throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "facts-");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test");
                    Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
                new TopicProvisioner(admin, new TopicProvisioner.Plan(3, 1, 1, Duration.ofHours(1))).provision();
                FactsLoad load = new FactsLoad(new SplittableRandom(7), producer);
                Path stores = directory.resolve("stores");

                // given a process that has told facts, and was killed
                try (FactsProcess first = FactsProcess.start(kafka.bootstrapServers(), stores)) {
                    calls(load, producer);
                    awaitEqual(kafka.bootstrapServers(), load);
                    first.kill();
                }

                // when
                calls(load, producer);
                try (FactsProcess second = FactsProcess.start(kafka.bootstrapServers(), stores)) {

                    // then
                    awaitEqual(kafka.bootstrapServers(), load);
                    second.kill();
                }
            }
        } finally {
            DirectoryTree.delete(directory);
        }
    }

    private static void calls(FactsLoad load, Producer<byte[], byte[]> producer) {
        for (int i = 0; i < 20; i++) {
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
