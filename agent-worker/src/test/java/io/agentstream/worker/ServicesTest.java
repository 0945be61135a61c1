package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.Json;
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
import tools.jackson.databind.JsonNode;

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

    /// What a definition may name and be saved with, a worker has.
    @Test
    void thereIsAServiceForEachThatADefinitionMayName() throws IOException {
        try (Wire wire = new Wire(Networks.parse(""))) {
            Services services = WorkerService.services(wire, Map.of());

            io.agentstream.agents.definition.Services.EARS.stream().filter(ear -> AgentDefinitions.undone(withEar(ear)).isEmpty())
                    .forEach(ear -> assertTrue(services.ear(ear).isPresent(), ear));
            io.agentstream.agents.definition.Services.BRAINS.forEach(brain -> assertTrue(services.brain(brain).isPresent(), brain));
            io.agentstream.agents.definition.Services.MOUTHS.forEach(mouth -> assertTrue(services.mouth(mouth).isPresent(), mouth));
            io.agentstream.agents.definition.Services.REALTIME.forEach(realtime -> assertTrue(services.realtime(realtime).isPresent(), realtime));
        }
    }

    private static JsonNode withEar(String ear) {
        return Json.MAPPER.readTree("{\"services\":{\"ear\":[{\"service\":\"" + ear + "\"}]}}");
    }
}
