package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.simulator.services.PlayedTranscription;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarContract;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class OpenAiEarTest extends EarContract {

    private final PlayedTranscription server = PlayedTranscription.start(UTTERANCE, FIRST, SECOND);

    @Override
    protected ServiceServer server() {
        return server;
    }

    @Override
    protected long heardBytes() {
        return server.heardBytes();
    }

    @Override
    protected List<String> texts() {
        return server.texts();
    }

    @Override
    protected String goodbye() {
        return "";
    }

    @Override
    protected EarService service(Wire wire) {
        return new OpenAiEars(wire);
    }

    @Override
    protected String model() {
        return "gpt-4o-mini-transcribe";
    }

    @Test
    void theSessionIsSetUpBeforeAnyAudio() {
        Ear ear = ear();

        Given.await("it is set up", () -> !server.texts().isEmpty());

        JsonNode setup = Json.MAPPER.readTree(server.texts().getFirst());
        assertEquals("session.update", setup.path("type").asString(""));
        JsonNode input = setup.path("session").path("audio").path("input");
        assertEquals("audio/pcmu", input.path("format").path("type").asString(""));
        assertEquals("gpt-4o-mini-transcribe", input.path("transcription").path("model").asString(""));
        assertEquals("Acme, Mr Smith", input.path("transcription").path("prompt").asString(""));
        assertEquals(300, input.path("turn_detection").path("silence_duration_ms").asInt(0));
        ear.close();
    }
}
