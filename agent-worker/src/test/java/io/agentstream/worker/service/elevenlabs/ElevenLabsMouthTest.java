package io.agentstream.worker.service.elevenlabs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.TimedMouthContract;
import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

final class ElevenLabsMouthTest extends TimedMouthContract {

    private static final String VOICE = "EXAVITQu4vr4xnSDxMaL";

    private final PlayedElevenLabs server = PlayedElevenLabs.start(PlayedVoice.PROMPT);

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
        return new ElevenLabsMouths(wire);
    }

    @Test
    void settingsOfTheVoiceStandInTheFirstMessageOnly() {
        JsonNode options = Json.MAPPER.readTree("{\"voice_settings\":{\"speed\":1.1},\"apply_text_normalization\":\"on\",\"model_id\":\"other\"}");
        Mouth mouth = service(wire).open(new MouthSettings(Given.to(server.url(), Given.PATIENCE), "flash", VOICE, "en", options));

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hi. ");
        utterance.end();

        told.await(Spoken.Done.class);
        assertEquals(
                List.of(
                        "{\"context_id\":\"u1\",\"text\":\" \",\"voice_settings\":{\"speed\":1.1}}",
                        "{\"context_id\":\"u1\",\"text\":\"Hi. \"}", "{\"context_id\":\"u1\",\"flush\":true}",
                        "{\"context_id\":\"u1\",\"close_context\":true}"),
                server.texts());
        Asked asked = server.asked().getFirst();
        assertEquals("/v1/text-to-speech/" + VOICE + "/multi-stream-input", asked.path());
        assertEquals("flash", asked.query().get("model_id"));
        assertEquals("ulaw_8000", asked.query().get("output_format"));
        assertEquals("on", asked.query().get("apply_text_normalization"));
        assertEquals(Given.KEY, asked.headers().get("xi-api-key"));
        mouth.close();
    }

    @ParameterizedTest
    @CsvSource({"eleven_flash_v2_5, en", "eleven_turbo_v2_5, en", "eleven_v3, en", "eleven_multilingual_v2, ''", "eleven_flash_v2, ''", "eleven_turbo_v2, ''"})
    void theLanguageIsSaidToModelsThatTakeOne(String model, String said) {
        Mouth mouth = service(wire).open(new MouthSettings(
                Given.to(server.url(), Given.PATIENCE), model, VOICE, "en-US", Json.MAPPER.createObjectNode()));

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hi.");
        utterance.end();

        told.await(Spoken.Done.class);
        assertEquals(said, server.asked().getFirst().query().getOrDefault("language_code", ""));
        mouth.close();
    }

    @Test
    void aVoiceByItsNameIsRefusedOnceAndNotTriedAgain() {
        assertInstanceOf(Refused.class, failureWithTheVoice("British lady"));

        assertEquals(List.of("/v1/text-to-speech/British%20lady/multi-stream-input"), server.asked().stream().map(Asked::path).toList());
    }

    @Test
    void lettersBecomeWordsAcrossMessagesWithTimesInTheUtterance() {
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hello there ");
        utterance.say("you.");
        utterance.end();

        told.await(Spoken.Done.class);
        List<TimedWord> words = told.all(Spoken.Words.class).stream().flatMap(each -> each.words().stream()).toList();
        assertEquals(
                List.of(new TimedWord("Hello", 0, 50), new TimedWord("there", 60, 110), new TimedWord("you.", 120, 160)), words);
        mouth.close();
    }

    @Test
    void theAudioIsNotTouched() {
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("A");
        utterance.end();

        told.await(Spoken.Done.class);
        byte[] expected = new byte[80];
        java.util.Arrays.fill(expected, (byte) 'A');
        assertArrayEquals(expected, audio(told));
        mouth.close();
    }

    @Test
    void aMouthThatIsClosedWhileItConnectsLeavesNothingBehind() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            Mouth mouth = mouth(service(wire), Given.to(url, new Patience(60_000, 5_000, 5_000, 20_000)));
            mouth.warmUp();
            try (Socket connected = silent.accept()) {
                connected.setSoTimeout(20_000);
                connected.getInputStream().read(); // the upgrade is asked for

                mouth.close();

                assertThrows(SocketException.class, () -> connected.getInputStream().transferTo(OutputStream.nullOutputStream()));
            }
        }
    }

    @Test
    void aConnectionIsKeptThroughAPauseAfterWhichTheServiceEndsIdleOnes() {
        // given
        server.endsIdleAfter(2_500);
        Mouth mouth = new ElevenLabsMouths(wire, 100).open(Given.mouth(Given.to(server.url(), Given.PATIENCE), VOICE));
        Given.spoken(mouth, told, 1);

        // when
        Given.await("the pause is longer than that", () -> server.connections() == 0
                || server.texts().stream().filter("{\"text\":\"\"}"::equals).count() >= 40);
        Given.spoken(mouth, told, 2);

        // then
        assertEquals(1, server.asked().size());
        mouth.close();
    }

    @Test
    void oneSocketServesManyUtterances() {
        Mouth mouth = mouth(Given.PATIENCE);
        mouth.warmUp();

        for (int i = 1; i <= 8; i++) {
            Given.spoken(mouth, told, i);
        }

        assertEquals(1, server.asked().size());
        mouth.close();
    }
}
