package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.KafkaProbe;
import io.agentstream.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What of a broker can be used, by whom.
@Timeout(120)
final class KafkaProbeOnBrokerTest {

    @TempDir
    private Path directory;

    @Test
    void whatIsWrongWithOneTopicIsNothingToWhoNeedsOthers() throws Exception {
        // given a broker that has only one of two topics
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
                Admin admin = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO).admin("test")) {
            admin.createTopics(List.of(new NewTopic(Topics.CALL_LIFECYCLE.name(), 1, (short) 1))).all().get();
            KafkaProbe probe = new KafkaProbe("probe", admin, List.of(Topics.CALL_LIFECYCLE, Topics.DEAD_LETTERS));

            // when
            try (DutyCycleRunner _ = new DutyCycleRunner(probe, Duration.ofSeconds(20), _ -> {}).start()) {
                long deadlineNs = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (!probe.has(Topics.CALL_LIFECYCLE) && System.nanoTime() < deadlineNs) {
                    Thread.onSpinWait();
                }

                // then
                assertTrue(probe.has(Topics.CALL_LIFECYCLE));
                assertFalse(probe.has(Topics.DEAD_LETTERS));
                assertFalse(probe.has(Topics.CALL_LIFECYCLE, Topics.DEAD_LETTERS));
                assertEquals(
                        "Kafka lacks the topics " + Topics.DEAD_LETTERS.name() + "; run ./agent-stream topics", probe.reason().orElse(""));
            }
        }
    }
}
