package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProjectionsTest {

    @Test
    void keepNothingOnTheDisk() throws Exception {
        // given
        Config config = Config.load(
                Map.of("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"), Map.of(), List.of(Keys.KAFKA_BOOTSTRAP_SERVERS));
        Projections projections = new Projections(new KafkaClients(config), () -> true, fault -> {});
        try {

            // when
            projections.work();

            // then
            assertFalse(Files.exists(Projections.DIRECTORY));
        } finally {
            projections.onClose();
        }
    }
}
