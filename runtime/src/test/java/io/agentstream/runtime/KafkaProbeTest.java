package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

final class KafkaProbeTest {

    /// Much less than an answer may take.
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    @Test
    void isClosedAtOnceThoughAnAnswerIsStillOut() throws Exception {
        // given
        Admin admin = new KafkaClients("127.0.0.1:1", Map.of(), Duration.ZERO).admin("test");
        KafkaProbe probe = new KafkaProbe("test", admin, List.of(Topics.CALL_MEDIA));
        DutyCycleRunner runner = new DutyCycleRunner(probe, Duration.ofSeconds(20), fault -> {}).start();
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!probe.isAsking() && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }

        // when
        long startNs = System.nanoTime();
        runner.close();
        Duration took = Duration.ofNanos(System.nanoTime() - startNs);

        // then
        assertTrue(took.compareTo(AT_ONCE) < 0, "took " + took);
        assertEquals(Optional.of("Kafka has not answered yet"), probe.reason());
        admin.close(Duration.ZERO);
    }
}
