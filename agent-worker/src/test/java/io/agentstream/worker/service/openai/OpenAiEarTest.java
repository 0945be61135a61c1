package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.simulator.services.PlayedTranscription;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarContract;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

    private Ear ear(URI url) {
        return service(wire).open(settings(Given.to(url, Given.PATIENCE)), told::on);
    }

    private static String event(String type, String item, String key, String text) {
        return "{\"type\":\"" + type + "\",\"item_id\":\"" + item + "\",\"" + key + "\":\"" + text + "\"}";
    }

    private static final String STARTED = "input_audio_buffer.speech_started";
    private static final String COMPLETED = "conversation.item.input_audio_transcription.completed";

    @Test
    void wordsThatTheServiceIsAtAreWaitedForLongerThanSilence() {
        CountDownLatch finished = new CountDownLatch(1);
        AwkwardRealtime slow = AwkwardRealtime.start(socket -> {
            socket.text(event(STARTED, "i1", "x", ""));
            await(finished);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(900));
            socket.text(event(COMPLETED, "i1", "transcript", "I need help"));
            socket.next();
        });
        try (slow) {
            Ear ear = ear(slow.url());
            told.await(Heard.SpeechBegan.class);

            ear.finish();
            finished.countDown();

            assertEquals("I need help", told.await(Heard.TurnEnded.class).text());
            ear.close();
        }
    }

    @Test
    void wordsThatComeTooLateAreNoTurnOfTheirOwn() {
        // given
        CountDownLatch given = new CountDownLatch(1);
        AwkwardRealtime slow = AwkwardRealtime.start(socket -> {
            socket.text(event(STARTED, "i1", "x", ""));
            await(given);
            socket.text(event(COMPLETED, "i1", "transcript", "I need help"));
            socket.text(event(STARTED, "i2", "x", ""));
            socket.text(event(COMPLETED, "i2", "transcript", "with my order"));
            socket.next();
        });
        try (slow) {
            Ear ear = ear(slow.url());
            told.await(Heard.SpeechBegan.class);
            ear.finish();
            told.await(Heard.TurnEnded.class);

            // when
            given.countDown();

            // then
            told.await(Heard.TurnEnded.class, 2);
            assertEquals(List.of("", "I need help with my order"), turns());
            ear.close();
        }
    }

    @Test
    void aPauseWithinATurnCutsNothingOff() {
        AwkwardRealtime cutting = AwkwardRealtime.start(socket -> {
            socket.text(event(STARTED, "i1", "x", ""));
            socket.text(event(STARTED, "i2", "x", ""));
            socket.text(event(COMPLETED, "i1", "transcript", "I need help"));
            socket.text(event(COMPLETED, "i2", "transcript", "with my order"));
            socket.next();
        });
        try (cutting) {
            Ear ear = ear(cutting.url());

            told.await(Heard.TurnEnded.class);

            assertEquals(List.of("I need help with my order"), turns());
            ear.close();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException unwanted) {
            throw new IOException(unwanted);
        }
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
