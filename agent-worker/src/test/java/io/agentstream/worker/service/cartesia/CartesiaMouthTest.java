package io.agentstream.worker.service.cartesia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.dev.simulator.services.PlayedCartesia;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.TimedMouthContract;
import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class CartesiaMouthTest extends TimedMouthContract {

    private final PlayedCartesia server = PlayedCartesia.start(PlayedVoice.PROMPT);

    @Override
    protected ServiceServer server() {
        return server;
    }

    @Override
    protected void speaks(PlayedVoice voice) {
        server.voice(voice);
    }

    @Override
    protected void babbles(int times) {
        server.babbles(times);
    }

    @Override
    protected MouthService service(Wire wire) {
        return new CartesiaMouths(wire);
    }

    @Test
    void everyMessageRepeatsWhatBelongsToItsContext() {
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hello there ");
        utterance.say("you.");
        utterance.end();

        told.await(Spoken.Done.class);
        List<JsonNode> got = server.texts().stream().<JsonNode>map(text -> Json.MAPPER.readTree(text)).toList();
        assertEquals(List.of("Hello there ", "you.", ""), got.stream().map(each -> each.path("transcript").asString("?")).toList());
        assertEquals(List.of(true, true, false), got.stream().map(each -> each.path("continue").asBoolean(false)).toList());
        assertEquals(3, got.stream().filter(each -> each.path("voice").path("id").asString("").equals(service(wire).usualVoice())).count());
        assertEquals(Given.KEY, server.asked().getFirst().headers().get("x-api-key"));
        mouth.close();
    }

    @Test
    void aVoiceByItsNameIsRefusedOnceAndNotTriedAgain() {
        assertInstanceOf(Refused.class, failureWithTheVoice("british-lady"));

        assertEquals(1, server.asked().size());
    }

    /// The service has no message that would keep it.
    @Test
    void behindAPauseInWhichTheServiceEndedTheConnectionTheNextUtteranceIsSaidOverAnother() {
        // given
        server.endsIdleAfter(200);
        Mouth mouth = mouth(Given.PATIENCE);
        Given.spoken(mouth, told, 1);

        // when
        Given.await("the connection is idle, and over", () -> server.connections() == 0);
        Given.spoken(mouth, told, 2);

        // then
        assertEquals(2, server.asked().size());
        assertEquals(List.of(), told.all(Spoken.Failed.class));
        assertEquals(2 * 3 * 80, audioBytes(told));
        mouth.close();
    }

    @Test
    void wordsHaveTheirTimesInTheUtterance() {
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hello there ");
        utterance.say("you.");
        utterance.end();

        told.await(Spoken.Done.class);
        assertEquals(
                List.of(new TimedWord("Hello", 0, 50), new TimedWord("there", 60, 110), new TimedWord("you.", 120, 160)),
                told.all(Spoken.Words.class).stream().flatMap(each -> each.words().stream()).toList());
        mouth.close();
    }
}
