package io.agentstream.worker.service.deepgram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarContract;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.EarSettings;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FluxEarTest extends EarContract {

    private final PlayedDeepgram server = PlayedDeepgram.start(UTTERANCE, FIRST, SECOND);

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
    protected EarService service(Wire wire) {
        return new DeepgramEars(wire);
    }

    @Override
    protected String model() {
        return "flux-general-en";
    }

    @Test
    void asksAsTheReferenceSays() {
        Ear ear = ear();

        Given.await("it is asked", () -> !server.asked().isEmpty());

        Asked asked = server.asked().getFirst();
        assertEquals("/v2/listen", asked.path());
        assertEquals("flux-general-en", asked.query().get("model"));
        assertFalse(asked.query().containsKey("endpointing"));
        assertFalse(asked.query().containsKey("language_hint"), "of the model of many languages only");
        ear.close();
    }

    @Test
    void theModelOfManyLanguagesIsToldWhichOneToExpect() {
        Ear ear = service(wire).open(
                new EarSettings(Given.to(server.url(), Given.PATIENCE), "flux-general-multi", "pt-BR", 300, List.of(), Json.MAPPER.createObjectNode()),
                told::on);

        Given.await("it is asked", () -> !server.asked().isEmpty());

        assertEquals("pt", server.asked().getFirst().query().get("language_hint"));
        ear.close();
    }

    @Test
    void aTurnThatMayHaveEndedGoesOn() {
        Ear ear = ear();

        speak(ear, UTTERANCE);

        assertTrue(told.await(Heard.TurnEnded.class).judged());
        assertTrue(told.all(Heard.Partial.class).stream().allMatch(Heard.Partial::judges));
        assertEquals(1, told.all(Heard.TurnMayHaveEnded.class).size());
        assertEquals(1, told.all(Heard.SpeechWentOn.class).size());
        ear.close();
    }

    @Test
    void silenceIsSentWhereAudioStopsWithinATurnSoThatItEnds() {
        Ear ear = ear();

        speak(ear, UTTERANCE / 2);

        assertEquals(FIRST, told.await(Heard.TurnEnded.class).text());
        ear.close();
    }

    @Test
    void wordsOfATurnThatWasEndedBySomebodyElseAreNotToldAgain() {
        try (PlayedDeepgram slow = PlayedDeepgram.start(6 * UTTERANCE, FIRST)) { // longer than the silence that is sent meanwhile
            // given
            Ear ear = service(wire).open(settings(Given.to(slow.url(), Given.PATIENCE)), told::on);
            speak(ear, 3 * UTTERANCE);
            told.await(Heard.Partial.class);
            ear.finish();
            assertFalse(told.await(Heard.TurnEnded.class).judged());

            // when
            speak(ear, 3 * UTTERANCE);

            // then
            told.await(Heard.TurnEnded.class, 2);
            ear.close();
        }
        String first = turns().getFirst();
        assertEquals(List.of(first, FIRST.substring(first.length()).strip()), turns());
    }
}
