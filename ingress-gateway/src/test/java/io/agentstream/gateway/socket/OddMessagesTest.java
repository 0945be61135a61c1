package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a running call does with messages that make no sense, seen from the socket.
final class OddMessagesTest {

    private static final String ODD = "agent_stream_gateway_odd_messages_total";

    private final TestGateway gateway = new TestGateway();

    @AfterEach
    void close() throws Exception {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
            "malformed|ping", "malformed|[]", "malformed|null", "malformed|{\"event\":\"x\"}{}", "empty|``", "mistyped|{}",
            "mistyped|{\"event\":null}", "mistyped|{\"event\":7}", "unknown|{\"event\":\"quality\",\"a\":1,\"a\":2}",
            "mistyped|{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"55\"}}", "mistyped|{\"event\":\"mark\",\"mark\":\"x\"}",
            "bad_audio|{\"event\":\"media\",\"media\":{\"payload\":\"?\"}}", "repeated|{\"event\":\"connected\"}",
            "repeated|{\"event\":\"start\",\"start\":{\"streamSid\":\"other\"}}"})
    void aSingleOddMessageIsPassedOverCountedAndSaidAtTheEnd(String kind, String text) throws Exception {
        try (RawPeer peer = gateway.talking()) {
            peer.text(text);
            peer.text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":5}}");
            assertEquals('5', gateway.awaitFrame(MediaFrame.Digit.class, f -> true).digit());
            peer.close(1000);
            peer.readClose();
        }

        CallEvent.Ended ended = gateway.awaitEnded();
        assertEquals(End.CALLER_HANGUP, ended.end());
        assertEquals(Map.of(kind, 1), ended.oddMessages());
        assertEquals(1, gateway.metric(ODD + "{kind=\"" + kind + "\""));
    }

    @Test
    void tenOddMessagesAtOnceEndTheCall() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            for (int i = 0; i < 10; i++) {
                peer.text("ping");
            }
            assertEquals(1007, peer.readClose().closeCode());
        }
        CallEvent.Ended ended = gateway.awaitEnded();
        assertEquals(Failure.MALFORMED_MESSAGE, ended.failure());
        assertEquals(Map.of("malformed", 10), ended.oddMessages());
    }

    @Test
    void aCallWithoutOddMessagesSaysNothingOfThem() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            peer.close(1000);
            peer.readClose();
        }
        assertNull(gateway.awaitEnded().oddMessages());
    }

    @Test
    void textThatIsNotUtf8BreaksTheProtocolAndTheCall() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            peer.frame(true, RawPeer.TEXT, new byte[] {'"', (byte) 0xFF, '"'});
            assertEquals(1007, peer.readClose().closeCode());
        }
    }

    @Test
    void keysThatArePressedBeforeTheRunAreHeardInIt() throws Exception {
        try (RawPeer peer = gateway.started().text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"7\"}}")) {
            TestGateway.await(() -> gateway.metric("agent_stream_gateway_frames_total{direction=\"in\"") == 3);
            gateway.open(gateway.lastStarted());

            assertEquals('7', gateway.awaitFrame(MediaFrame.Digit.class, f -> true).digit());
        }
    }

    @Test
    void aFormatThatWeDoNotSpeakIsToldAndNeverOpened() throws Exception {
        String start = TestGateway.START.replace("\"sampleRate\":8000", "\"sampleRate\":16000");
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL).text(TestGateway.CONNECTED).text(start)) {
            TestGateway.await(() -> gateway.count(CallEvent.Started.class) == 1);
            assertEquals(16_000, gateway.last(CallEvent.Started.class).mediaFormat().sampleRate());
            gateway.open(gateway.lastStarted());

            RawPeer.Frame close = peer.readClose();
            assertEquals(4400, close.closeCode());
            assertEquals("Unsupported media format", close.closeReason());
        }
    }

    @ParameterizedTest
    @CsvSource({"from=+15555550100,+15555550100,", "from=%2B15555550100,+15555550100,", "from=%20%2B1555,+1555,", "from=%201555,1555,",
            "from=,,", "to=1,,1", "from=+1&from=+2,+1,", "to=+15555550100,,+15555550100", "to=%2B15555550100,,+15555550100",
            "to=%20%2B1555,,+1555", "to=+1&to=+2,,+1", "from=+1&to=+2,+1,+2"})
    void numbersKeepTheirPlus(String query, String from, String to) throws Exception {
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL + "&" + query)) {
            TestGateway.await(() -> gateway.count(CallEvent.Offered.class) == 1);

            assertEquals(from, gateway.last(CallEvent.Offered.class).from());
            assertEquals(to, gateway.last(CallEvent.Offered.class).to());
            peer.close(1000);
        }
    }
}
