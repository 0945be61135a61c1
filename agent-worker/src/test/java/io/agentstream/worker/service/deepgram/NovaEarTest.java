package io.agentstream.worker.service.deepgram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarContract;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NovaEarTest extends EarContract {

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
        return "nova-3";
    }

    /// Two attempts that take longer than the life that begins the count again.
    @Test
    void aServiceThatIsNeverReachedHasNotLived() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            Ear ear = service(wire).open(settings(Given.to(url, new Patience(5_100, 5_000, 5_000, 20_000))), told::on);

            speak(ear, UTTERANCE);

            assertEquals(new ServiceFailure.Silent(5_100), told.await(Heard.Failed.class).failure());
            ear.close();
        }
    }

    @Test
    void asksAsTheReferenceSays() {
        Ear ear = ear();

        Given.await("it is asked", () -> !server.asked().isEmpty());

        Asked asked = server.asked().getFirst();
        assertEquals("Token " + Given.KEY, asked.headers().get("authorization"));
        assertEquals("/v1/listen", asked.path());
        assertEquals("nova-3", asked.query().get("model"));
        assertEquals("mulaw", asked.query().get("encoding"));
        assertEquals("8000", asked.query().get("sample_rate"));
        assertEquals("300", asked.query().get("endpointing"));
        assertEquals("1000", asked.query().get("utterance_end_ms"));
        assertEquals("Acme,Mr Smith", asked.query().get("keyterm"));
        ear.close();
    }

    @Test
    void aConnectionIsKeptThroughAPauseAfterWhichTheServiceEndsIdleOnes() {
        // given
        server.endsIdleAfter(2_500);
        Ear ear = new DeepgramEars(wire, 100).open(settings(Given.to(server.url(), Given.PATIENCE)), told::on);
        speak(ear, UTTERANCE);
        told.await(Heard.TurnEnded.class);

        // when
        Given.await("the pause is longer than that", () -> server.connections() == 0
                || server.texts().stream().filter("{\"type\":\"KeepAlive\"}"::equals).count() >= 40);
        speak(ear, UTTERANCE);

        // then
        told.await(Heard.TurnEnded.class, 2);
        assertEquals(1, server.asked().size());
        ear.close();
    }

    @Test
    void whatWasNeverGivenAudioIsEndedAndMadeAgainForIt() {
        // given
        server.endsIdleAfter(500);
        Ear ear = new DeepgramEars(wire, 50).open(settings(Given.to(server.url(), Given.PATIENCE)), told::on);
        Given.await("the connection is idle, and over", () -> !server.asked().isEmpty() && server.connections() == 0);

        // when
        speak(ear, UTTERANCE);

        // then
        told.await(Heard.TurnEnded.class);
        assertEquals(List.of(FIRST), turns());
        assertEquals(List.of(), told.all(Heard.Failed.class));
        ear.close();
    }

    @Test
    void aPauseWithNoiseInItEndsATurnOnce() {
        server.next(Mishap.UNENDED);
        Ear ear = ear();

        speak(ear, UTTERANCE);
        assertFalse(told.await(Heard.TurnEnded.class).judged());
        speak(ear, UTTERANCE);

        told.await(Heard.TurnEnded.class, 2);
        assertEquals(List.of(FIRST, SECOND), turns());
        ear.close();
    }

    @Test
    void theRestOfATurnIsAskedForAndToldWhole() {
        // given
        Ear ear = ear();
        speak(ear, UTTERANCE / 2);
        told.await(Heard.Partial.class);

        // when
        ear.finish();

        // then: half was understood when it was asked, the answer has all of it
        assertEquals(FIRST, told.await(Heard.TurnEnded.class).text());
        assertTrue(server.texts().contains("{\"type\":\"Finalize\"}"));
        ear.close();
    }

    @Test
    void piecesHaveTheTimesOfTheirWords() {
        Ear ear = ear();

        speak(ear, UTTERANCE);
        told.await(Heard.TurnEnded.class);
        speak(ear, UTTERANCE);
        told.await(Heard.TurnEnded.class, 2);

        Heard.Final last = told.all(Heard.Final.class).getLast();
        assertEquals(0.98, last.confidence());
        assertEquals(2 * UTTERANCE / 8, last.words().getLast().endMs());
        ear.close();
    }
}
