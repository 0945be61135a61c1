package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.NextPartition;
import io.agentstream.runtime.WorkersGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whether there are workers, asked of a broker.
@Timeout(120)
final class WorkersGroupTest {

    @Test
    void thereAreWorkersAsLongAsOneIsThere(@TempDir Path directory) throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0, Map.of(), reason -> {})) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test")) {
                admin.createTopics(List.of(new NewTopic("calls", 1, (short) 1))).all().get();

                // given nobody yet
                assertFalse(WorkersGroup.hasMembers(admin));

                // when
                try (Consumer<byte[], byte[]> worker = clients.worker("worker", 1, Duration.ofSeconds(6), new NextPartition())) {
                    worker.subscribe(List.of("calls"));
                    while (worker.assignment().isEmpty()) {
                        worker.poll(Duration.ofMillis(100));
                    }

                    // then
                    assertTrue(WorkersGroup.hasMembers(admin));
                }
                assertFalse(WorkersGroup.hasMembers(admin));
            }
        }
    }
}
