package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Networks;
import io.agentstream.worker.service.BrainService;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.RealtimeService;
import io.agentstream.worker.service.Services;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ServicesTest {

    @Test
    void vendorsAreFoundByTheirNames() throws IOException {
        try (Wire wire = new Wire(Networks.parse(""))) {
            Services services = WorkerService.services(wire, Map.of());

            assertEquals(List.of("deepgram", "openai"), services.ears().stream().map(EarService::name).toList());
            assertEquals(List.of("openai", "anthropic"), services.brains().stream().map(BrainService::name).toList());
            assertEquals(List.of("elevenlabs", "cartesia", "openai", "offline"), services.mouths().stream().map(MouthService::name).toList());
            assertEquals(List.of("openai"), services.realtimes().stream().map(RealtimeService::name).toList());
            assertEquals("cartesia", services.mouth("cartesia").orElseThrow().name());
            assertTrue(services.brain("nobody").isEmpty());
        }
    }
}
