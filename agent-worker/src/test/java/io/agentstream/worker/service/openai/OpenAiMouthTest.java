package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.simulator.services.PlayedSpeech;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthContract;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenAiMouthTest extends MouthContract {

    private final PlayedSpeech server = PlayedSpeech.start(PlayedVoice.PROMPT);

    @Override
    protected ServiceServer server() {
        return server;
    }

    @Override
    protected void speaks(PlayedVoice voice) {
        server.voice(voice);
    }

    @Override
    protected MouthService service(Wire wire) {
        return new OpenAiMouths(wire);
    }

    @ParameterizedTest
    @CsvSource({"audio/wav,''", "application/json; charset=utf-8,''", "text/html,''", "audio/mpeg,''", "audio/pcm,RIFF", "application/octet-stream,ID3",
            "audio/pcm,'{\"error\":'"})
    void whatIsNoPcmIsNotPlayed(String type, String beginning) {
        server.claims(type, beginning);
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("One.");
        utterance.end();

        assertEquals(new Broken("an answer that is no PCM"), told.await(Spoken.Failed.class).failure());
        assertEquals(List.of(), told.all(Spoken.Audio.class));
        mouth.close();
    }

    @Test
    void eachPieceIsARequestInItsOrder() {
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("One. ");
        utterance.say(" ");
        utterance.say("Two.");
        utterance.end();

        told.await(Spoken.Done.class);
        assertEquals(
                List.of("One. ", "Two."),
                server.asked().stream().map(asked -> Json.MAPPER.readTree(asked.body()).path("input").asString("")).toList());
        assertEquals("Bearer " + Given.KEY, server.asked().getFirst().headers().get("authorization"));
        mouth.close();
    }
}
