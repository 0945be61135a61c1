package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CallSocketTest {

    /// Waits longer for an answer to its close than any test does.
    private static final CallLimits PATIENT =
            new CallLimits(30_000_000, 3_600_000_000L, 1_800_000_000, 10_000_000, 600_000_000, 100, 200_000);

    private final TestGateway gateway = new TestGateway();

    @AfterEach
    void close() throws Exception {
        gateway.close();
    }

    private static String media(int timestamp, byte[] audio) {
        return "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"sequenceNumber\":\"4\",\"media\":{\"track\":\"inbound\",\"chunk\":\"2\","
                + "\"timestamp\":\"" + timestamp + "\",\"payload\":\"" + Base64.getEncoder().encodeToString(audio) + "\"}}";
    }

    private static byte[] audio(int seed, int length) {
        byte[] audio = new byte[length];
        for (int i = 0; i < length; i++) {
            audio[i] = (byte) (seed + i);
        }
        return audio;
    }

    @Test
    void carriesACallFromItsOfferToItsEnd() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            CallId call = gateway.lastStarted();

            peer.text(media(40, audio(1, 160)));
            MediaFrame.Audio heard = gateway.awaitFrame(MediaFrame.Audio.class, f -> true);
            assertEquals(40, heard.timestampMs());
            assertEquals(Slice.of(audio(1, 160)), heard.payload());

            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(audio(7, 320))));
            for (int frame = 0; frame < 2; frame++) {
                assertEquals(
                        "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"media\":{\"payload\":\""
                                + Base64.getEncoder().encodeToString(audio(7 + 160 * frame, 160)) + "\"}}",
                        peer.read().text());
            }

            gateway.send(SocketCommand.Close.because(call, End.AGENT_HANGUP));
            RawPeer.Frame close = peer.readClose();
            assertEquals(1000, close.closeCode());
            peer.close(1000);
            assertTrue(peer.ends());

            CallEvent.Ended ended = gateway.awaitEnded();
            assertEquals(End.AGENT_HANGUP, ended.end());
            await(() -> gateway.metric("agent_stream_gateway_sockets") == 0);
        }
    }

    private static String echo(byte[] audio) {
        return Base64.getEncoder().encodeToString(audio);
    }

    private void closesWith(RawPeer peer, int code, String reason) throws Exception {
        RawPeer.Frame close = peer.readClose();
        assertEquals(code, close.closeCode());
        assertEquals(reason, close.closeReason());
        CallEvent.Ended ended = gateway.awaitEnded();
        assertEquals(code, ended.closeCode());
        assertEquals(reason, ended.closeReason());
    }

    @Test
    void keepsNoAudioThatComesBeforeTheRun() throws Exception {
        try (RawPeer peer = gateway.started()) {
            peer.text(media(0, audio(1, 160)));
            await(() -> gateway.metric("agent_stream_gateway_frames_total{direction=\"in\"") == 3);
            CallId call = gateway.lastStarted();
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(audio(9, 160)))); // the worker may be faster
            gateway.send(new SocketCommand.Admit(call));
            gateway.send(new SocketCommand.Open(call));

            assertTrue(peer.read().text().contains(echo(audio(9, 160))));
            peer.text(media(20, audio(2, 160)));
            assertEquals(20, gateway.awaitFrame(MediaFrame.Audio.class, f -> true).timestampMs());
        }
    }

    @Test
    void numbersTheRecordsOfACallWithoutAGap() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            for (int i = 0; i < 100; i++) {
                peer.text(media(20 * i, audio(i, 1 + i)));
            }
            peer.text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"#\"}}");
            assertEquals('#', gateway.awaitFrame(MediaFrame.Digit.class, f -> true).digit());
            peer.close(1000);
            assertEquals(1000, peer.readClose().closeCode());
            assertTrue(peer.ends());
            assertEquals(End.CALLER_HANGUP, gateway.awaitEnded().end());

            List<Long> numbers = new ArrayList<>();
            gateway.events().forEach(event -> numbers.add(event.seq()));
            gateway.frames().forEach(frame -> numbers.add(frame.seq()));
            numbers.sort(null);
            assertEquals(LongStream.rangeClosed(1, 104).boxed().toList(), numbers);
        }
    }

    @Test
    void clearSilencesATurnAndAMarkIsReached() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            CallId call = gateway.lastStarted();
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(audio(1, 8_000))));
            assertTrue(peer.read().text().contains("media"));
            gateway.send(new SocketCommand.Clear(call, 1));
            gateway.send(new SocketCommand.Play(call, 1, 1, 160, Slice.of(audio(5, 160))));
            gateway.send(new SocketCommand.Play(call, 2, 0, 160, Slice.of(audio(2, 160))));
            gateway.send(new SocketCommand.Mark(call, 2, "bye"));

            String text = peer.read().text();
            while (!text.contains("\"clear\"")) {
                text = peer.read().text();
            }
            assertEquals("{\"event\":\"clear\",\"streamSid\":\"MZ-7f3c\"}", text);
            assertTrue(peer.read().text().contains(echo(audio(2, 160))));
            assertEquals(
                    "{\"event\":\"mark\",\"streamSid\":\"MZ-7f3c\",\"mark\":{\"name\":\"2:bye\"}}", peer.read().text());
            assertTrue(gateway.awaitFrame(MediaFrame.Played.class, f -> f.turn() == 1).finished());
            assertEquals("bye", gateway.awaitFrame(MediaFrame.MarkReached.class, f -> f.turn() == 2).name());
        }
    }

    @Test
    void refusesAtTheDoor() throws Exception {
        record Case(String target, int code, String reason) {}
        String base = "/api/v1/agent-stream/";
        for (Case refused : List.of(
                new Case(base + "0b1c2d3e", 1008, "Missing provider"),
                new Case(base + "0b1c2d3e?provider=Acme", 1008, "Unknown provider: acme"),
                new Case(base + "twilio/0b1c2d3e", 1011, "Agent stream is not supported for provider twilio"))) {
            gateway.events.clear();
            try (RawPeer peer = RawPeer.connect(gateway.port(), refused.target())) {
                closesWith(peer, refused.code(), refused.reason());
                assertEquals(2, gateway.events().size());
            }
        }
        gateway.unable = Optional.of("no Kafka");
        gateway.events.clear();
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL)) {
            closesWith(peer, 1011, "Internal server error");
        }
        gateway.unable = Optional.empty();
        gateway.server.drain();
        gateway.events.clear();
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL)) {
            closesWith(peer, 1013, "Try again later");
            assertEquals(Failure.TRY_AGAIN_LATER, gateway.last(CallEvent.Offered.class).refusal());
        }
    }

    @Test
    void offersWhatTheUrlSaysAndNotTheAgent() throws Exception {
        try (RawPeer peer = RawPeer.connect(
                gateway.port(),
                "/api/v1/agent-stream/Cloudonix/0B1C2D3E-0000-4000-8000-000000000001?callId=c1&CallSid=c2&from=%2B1555&to=x%00")) {
            await(() -> gateway.count(CallEvent.Offered.class) == 1);
            CallEvent.Offered offered = gateway.last(CallEvent.Offered.class);
            assertEquals("cloudonix", offered.provider());
            assertEquals("c1", offered.externalCallId());
            assertEquals("+1555", offered.from());
            assertEquals("x\uFFFD", offered.to());
            assertEquals(3, offered.slot());
            assertNull(offered.domain());
            assertEquals(
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                            .digest("0b1c2d3e-0000-4000-8000-000000000001".getBytes(StandardCharsets.UTF_8))),
                    offered.agentDigest());

            peer.text(TestGateway.CONNECTED).text(TestGateway.START);
            await(() -> gateway.count(CallEvent.Started.class) == 1);
            CallEvent.Started started = gateway.last(CallEvent.Started.class);
            assertEquals("acme.cloudonix.net", started.domain());
            assertEquals("+1555", started.from());
        }
    }

    @Test
    void answersWhatIsNoWebSocket() throws Exception {
        String path = "/api/v1/agent-stream/x?provider=cloudonix";
        String plain = RawPeer.request(gateway.port(), "GET " + path + " HTTP/1.1\r\nHost: x");
        assertTrue(plain.startsWith("HTTP/1.1 426") && plain.contains("Upgrade: websocket"), plain);
        assertTrue(RawPeer.request(gateway.port(), "GET /else HTTP/1.1\r\nHost: x").startsWith("HTTP/1.1 404"));
        assertTrue(RawPeer.request(gateway.port(), "GET /api/v1/agent-stream/ HTTP/1.1\r\nHost: x").startsWith("HTTP/1.1 404"));
        assertTrue(RawPeer.request(gateway.port(), "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0")
                .startsWith("HTTP/1.1 405"));
        String old = RawPeer.request(gateway.port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertTrue(old.startsWith("HTTP/1.1 426") && old.contains("Sec-WebSocket-Version: 13"), old);
        assertTrue(RawPeer.request(gateway.port(), "GET /healthz HTTP/1.1\r\nHost: x").startsWith("HTTP/1.1 200"));
        assertTrue(RawPeer.request(gateway.port(), "GET /readyz HTTP/1.1\r\nHost: x").startsWith("HTTP/1.1 404"));
        assertTrue(RawPeer.request(gateway.port(), "GET /metrics HTTP/1.1\r\nHost: x").startsWith("HTTP/1.1 404"));
    }

    @Test
    void takesMessagesInPartsAndAnswersPings() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            byte[] message = media(60, audio(3, 160)).getBytes(StandardCharsets.UTF_8);
            peer.frame(false, RawPeer.TEXT, Arrays.copyOf(message, 50));
            peer.frame(true, RawPeer.PING, "are you there".getBytes(StandardCharsets.UTF_8));
            RawPeer.Frame pong = peer.read();
            assertEquals(RawPeer.PONG, pong.opcode());
            assertEquals("are you there", pong.text());
            peer.frame(true, RawPeer.CONTINUATION, Arrays.copyOfRange(message, 50, message.length));
            assertEquals(60, gateway.awaitFrame(MediaFrame.Audio.class, f -> true).timestampMs());
        }
    }

    @Test
    void closesForWhatAPeerMustNotSendAndOtherCallsGoOn() throws Exception {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Case(int opcode, byte[] payload, int code, String reason) {}
        try (RawPeer other = gateway.talking()) {
            int sent = 0;
            for (Case bad : List.of(
                    new Case(RawPeer.BINARY, new byte[10], 1003, "Binary messages are not accepted"),
                    new Case(RawPeer.TEXT, new byte[65_537], 1009, "Message too big"),
                    new Case(RawPeer.TEXT, new byte[] {'"', (byte) 0xFF, '"'}, 1007, "Malformed message"),
                    new Case(5, new byte[1], 1002, "WebSocket protocol error"))) {
                try (RawPeer peer = gateway.talking()) {
                    other.text(media(20 * sent++, audio(sent, 160)));
                    gateway.events.clear();
                    peer.frame(true, bad.opcode(), bad.payload());
                    closesWith(peer, bad.code(), bad.reason());
                    peer.close(bad.code());
                    assertTrue(peer.ends());
                }
            }
            int expected = sent;
            await(() -> gateway.frames().stream().filter(MediaFrame.Audio.class::isInstance).count() == expected);
        }
    }

    @Test
    void takesTextOfExactlyTheLimit() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            String message = media(0, audio(0, 49_000));
            peer.text(message + " ".repeat(65_536 - message.length()));
            assertEquals(49_000, gateway.awaitFrame(MediaFrame.Audio.class, f -> true).payload().length());
        }
    }

    @Test
    void endsACallThatSendsThousandsAtOnce() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            byte[] one = RawPeer.bytes(true, RawPeer.TEXT, "{\"event\":\"media\",\"media\":{\"payload\":\"\"}}".getBytes(StandardCharsets.UTF_8));
            byte[] many = new byte[10_000 * one.length];
            for (int i = 0; i < 10_000; i++) {
                System.arraycopy(one, 0, many, i * one.length, one.length);
            }
            peer.write(many);
            closesWith(peer, 1008, "Too many messages");
        }
    }

    @Test
    void aVerdictOnTheFirstMessagesWaitsForTheAdmission() throws Exception {
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL).text("[]").close(1000)) {
            await(() -> gateway.count(CallEvent.Offered.class) == 1);
            assertEquals(0, gateway.count(CallEvent.Ended.class));
            gateway.send(new SocketCommand.Admit(gateway.last(CallEvent.Offered.class).callId()));
            closesWith(peer, 4400, "Expected connected event");
            assertTrue(peer.ends());
        }
    }

    @Test
    void cutsThePeerThatNeverAnswersItsClose() throws Exception {
        try (TestGateway patient = new TestGateway(PATIENT, true); RawPeer peer = patient.talking()) {
            patient.send(SocketCommand.Close.because(patient.lastStarted(), End.AGENT_HANGUP));
            assertEquals(1000, peer.readClose().closeCode());
            assertEquals(1, patient.metric("agent_stream_gateway_sockets"));

            patient.pass(Duration.ofNanos(1_000 * PATIENT.closeUs()));

            assertTrue(peer.ends());
            await(() -> patient.metric("agent_stream_gateway_sockets") == 0);
        }
    }

    @Test
    void takesALostConnectionForAHangUp() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            peer.socket.setSoLinger(true, 0);
        }
        CallEvent.Ended ended = gateway.awaitEnded();
        assertEquals(End.CALLER_HANGUP, ended.end());
        assertEquals(1006, ended.closeCode());
    }

    @Test
    void failsACallWhoseEventsCannotBeWritten() throws Exception {
        gateway.events.sendException = new IllegalStateException("no room");
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL)) {
            assertEquals(1011, peer.readClose().closeCode());
        }
    }

    @Test
    void passesOverCommandsForNobodyAndForeignBytes() throws Exception {
        gateway.send(new SocketCommand.Admit(CallId.of(1, 2, 3)));
        gateway.send(new byte[0], new byte[] {9, 9});
        try (RawPeer peer = gateway.talking()) {
            peer.text(media(0, audio(1, 8)));
            gateway.awaitFrame(MediaFrame.Audio.class, f -> true);
        }
        assertEquals(1, gateway.metric("agent_stream_gateway_commands_for_unknown_calls_total"));
        assertEquals(1, gateway.metric("agent_stream_dead_letters_total"));
    }

    @Test
    void endsEveryCallWhenNoCommandReachesItAnyMore() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            gateway.server.orphan();
            closesWith(peer, 1011, "Internal server error");
        }
        try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL)) {
            assertEquals(1011, peer.readClose().closeCode());
        }
    }

    @Test
    void endsCallsThatAreLeftWhenItIsDrained() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            gateway.server.drain();
            gateway.server.endCalls();
            closesWith(peer, 1000, "");
            assertEquals(End.DRAINED, gateway.awaitEnded().end());
            peer.close(1000);
            assertTrue(gateway.server.awaitNoCalls(Duration.ofSeconds(3)));
        }
    }

    @Test
    void hearsEveryPeerWheneverItSpeaksAndInWhateverPieces() throws Exception {
        byte[] spoken = bytes(RawPeer.bytes(true, RawPeer.TEXT, TestGateway.CONNECTED.getBytes(StandardCharsets.UTF_8)),
                RawPeer.bytes(true, RawPeer.TEXT, TestGateway.START.getBytes(StandardCharsets.UTF_8)));
        for (int calls = 0; calls < 90; calls++) {
            int heard = calls + 1;
            int cut = spoken.length * calls / 90;
            try (RawPeer peer = RawPeer.connect(gateway.port(), TestGateway.URL)) {
                if (calls % 2 == 0) { // the others speak while the gateway makes a call of their socket
                    await(() -> gateway.count(CallEvent.Offered.class) == heard);
                }
                peer.write(Arrays.copyOf(spoken, cut)).write(Arrays.copyOfRange(spoken, cut, spoken.length));
                await(() -> gateway.count(CallEvent.Started.class) == heard);
            }
        }
    }

    private static byte[] bytes(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
