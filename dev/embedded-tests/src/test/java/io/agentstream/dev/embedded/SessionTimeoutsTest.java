package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.NextPartition;
import io.agentstream.runtime.SessionTimeouts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How short a session timeout a broker takes, asked of one.
@Timeout(120)
final class SessionTimeoutsTest {

    private static final Duration SHORTEST = Duration.ofSeconds(6);
    private static final Duration SHORT = Duration.ofMillis(2_500);

    @Test
    void aWorkerHasTheShortestThatTheBrokersTake(@TempDir Path directory) {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(
                directory, 0, Map.of("group.min.session.timeout.ms", Long.toString(SHORTEST.toMillis())), reason -> {})) {
            // given a broker as it is where nobody has set anything, which lets nobody in who asks for less
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Consumer<byte[], byte[]> hasty = clients.worker("hasty", 1, SHORT, new NextPartition())) {
                hasty.subscribe(List.of("anything"));
                assertThrows(InvalidSessionTimeoutException.class, () -> {
                    while (true) {
                        hasty.poll(Duration.ofMillis(100));
                    }
                });
            }
            try (Admin admin = clients.admin("test")) {

                // when
                Duration taken = SessionTimeouts.taken(admin, SHORT);

                // then
                assertEquals(SHORTEST, taken);
                assertEquals(Duration.ofSeconds(7), SessionTimeouts.taken(admin, Duration.ofSeconds(7)));
                assertEquals(SHORTEST, SessionTimeouts.inForce(admin, SHORT));
                assertEquals(Duration.ofSeconds(7), SessionTimeouts.inForce(admin, Duration.ofSeconds(7)));
            }
        }
    }
}
