package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawFrame;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Peers that send what no provider sends, on calls that are running. Each is told by a clear close, or heard as far as it makes
/// sense; meanwhile another call on the same gateway loses no frame, and the log keeps the secrets.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class BadInputTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int LIMIT_BYTES = 65_536;

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> ear = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getFormattedMessage() + " " + event.getKeyValuePairs() + " " + event.getMDCPropertyMap() + " "
                    + (event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    };
    private LocalSystem system;
    private Api api;
    private String agent;
    private EchoCall healthy;
    private Attempt attempt;
    private RawWebSocket bad;

    @BeforeEach
    void aHealthyCallAndOneThatIsAboutToMisbehave(LocalSystem shared) throws Exception {
        system = shared;
        api = new Api(system.demo());
        agent = system.demo().echoAgentUuid();
        ear.start();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(ear);
        healthy = EchoCall.begin(system, agent);
        attempt = new Attempt(system, agent);
        bad = RawWebSocket.open(attempt.uri());
        bad.text(attempt.first.orElseThrow());
        bad.text(attempt.start());
        awaitEcho(); // from now on the call is running
    }

    @AfterEach
    void theHealthyCallHasLostNothingAndTheLogTellsNoSecret() throws Exception {
        try (RawWebSocket closedAtTheEnd = bad;
                EchoCall other = healthy) {
            other.awaitHeard(5);
            other.hangUp();
        } finally {
            ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(ear);
        }
        // Other classes log into the same process: only what no system but this one can have said is judged.
        List<String> secrets = List.of(
                agent, system.demo().agentUuid(), system.demo().apiKey(), "callId=" + attempt.callId, "callId=" + healthy.call.callId);
        for (String line : logged) {
            for (String secret : secrets) {
                assertTrue(!line.contains(secret), () -> "a secret in: " + line);
            }
        }
    }

    static Stream<Arguments> malformed() {
        String digits = "9".repeat(400);
        return Stream.of(
                        "[1,2,3]", "[]", "17", "null", "true", "\"media\"", "", " ", "{", "{\"event\":\"media\"", "nonsense",
                        "{\"event\":\"media\",\"media\":{\"payload\":\"AAAA\"}} trailing",
                        "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000), "[".repeat(10_000),
                        "{}", "{\"event\":\"weather\",\"event\":\"weather\"}", "{\"event\":null}", "{\"event\":17}", "{\"event\":[]}", "{\"event\":{\"event\":\"media\"}}",
                        "{\"event\":1e999}", "{\"event\":" + digits + "}",
                        "{\"event\":\"media\"}", "{\"event\":\"media\",\"media\":null}", "{\"event\":\"media\",\"media\":[]}",
                        "{\"event\":\"media\",\"media\":\"AAAA\"}", "{\"event\":\"media\",\"media\":{}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":17}}", "{\"event\":\"media\",\"media\":{\"payload\":null}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":[\"AAAA\"]}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":" + digits + "}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":\"A\"}}", "{\"event\":\"media\",\"media\":{\"payload\":\"A===\"}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":\"AA=A\"}}", "{\"event\":\"media\",\"media\":{\"payload\":\"AA AA\"}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":\"\\u00e4\\u00e4\\u00e4\\u00e4\"}}",
                        "{\"event\":\"media\",\"media\":{\"payload\":\"AA-_\"}}",
                        "{\"event\":\"dtmf\"}", "{\"event\":\"dtmf\",\"dtmf\":1}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":1}}",
                        "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":null}}", "{\"event\":\"dtmf\",\"dtmf\":[]}",
                        "{\"event\":\"mark\"}", "{\"event\":\"mark\",\"mark\":\"m\"}", "{\"event\":\"mark\",\"mark\":{\"name\":{}}}")
                .map(BadInputTest::named);
    }

    private static Arguments named(String text) {
        return Arguments.argumentSet(text.length() + ": " + text.substring(0, Math.min(60, text.length())), text);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatCannotBeReadIsPassedOver(String text) throws Exception {
        bad.text(text);

        assertAlive();
    }

    @Test
    void whatIsPassedOverIsSaidOnceInTheRunsEvents() throws Exception {
        bad.text("nonsense");
        bad.text("{\"event\":\"weather\"}");
        bad.text("{\"event\":\"weather\"}");
        assertAlive();

        bad.text("{\"event\":\"stop\"}");
        bad.closeFrame(1000, "");

        List<JsonNode> ended = api.awaitEnd(api.awaitRun(agent, attempt.callId, "completed")).stream()
                .filter(each -> each.path("type").asString("").equals("ended"))
                .toList();
        assertEquals(1, ended.size());
        assertEquals(Json.MAPPER.readTree("{\"malformed\":1,\"unknown\":2}"), ended.getFirst().findPath("odd_messages"));
    }

    @Test
    void aFloodOfWhatCannotBeReadEndsTheCall() throws Exception {
        for (int i = 0; i < 10; i++) {
            bad.text("nonsense");
        }

        assertClosed(Failure.MALFORMED_MESSAGE);
    }

    static Stream<Arguments> odd() {
        String digits = "9".repeat(400);
        return Stream.of(
                        "{\"event\":\"weather\",\"weather\":{}}", "{\"event\":\"\"}", "{\"event\":\"Media\"}",
                        "{\"event\":\"connected\"}", "{\"event\":\"connected\",\"protocol\":[1],\"version\":1e999}",
                        "{\"event\":\"start\"}", "{\"event\":\"start\",\"start\":17}",
                        "{\"event\":\"start\",\"start\":{\"streamSid\":1,\"callSid\":[],\"tracks\":{},\"mediaFormat\":\"x\"}}",
                        "{\"event\":\"media\",\"sequenceNumber\":{},\"streamSid\":[],\"media\":{\"payload\":\"\"}}",
                        "{\"event\":\"media\",\"media\":{\"timestamp\":" + digits + ",\"payload\":\"\"}}",
                        "{\"event\":\"media\",\"media\":{\"timestamp\":1e999,\"chunk\":-1e-999,\"payload\":\"\"}}",
                        "{\"event\":\"media\",\"media\":{\"timestamp\":\"" + digits + "\",\"track\":7,\"payload\":\"\"}}",
                        "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"\"}}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"12\"}}",
                        "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"x\",\"track\":{}}}",
                        "{\"event\":\"mark\",\"mark\":{\"name\":\"never set\"}}", "{\"event\":\"mark\",\"mark\":{\"name\":\"\"}}",
                        "{\"number\":" + digits + ",\"event\":\"weather\"}", "{\"event\":\"weather\",\"n\":1e999}",
                        "{\"event\":\"weather\",\"text\":\"\\ud800\"}")
                .map(BadInputTest::named);
    }

    @ParameterizedTest
    @MethodSource("odd")
    void whatIsNotNeededMayBeAnything(String text) throws Exception {
        bad.text(text);

        assertAlive();
    }

    @Test
    void aBinaryFrameIsRefused() throws Exception {
        bad.binary(new byte[160]);

        assertClosed(Failure.BINARY_MESSAGE);
    }

    @Test
    void fragmentsAreOneMessage() throws Exception {
        byte[] audio = audio(161);

        bad.fragmented(media(audio).getBytes(StandardCharsets.UTF_8), 7);

        assertEchoed(audio);
        assertAlive();
    }

    @Test
    void aMessageMayBeAsLongAsTheLimit() throws Exception {
        String head = "{\"event\":\"weather\",\"text\":\"";

        bad.text(head + "x".repeat(LIMIT_BYTES - head.length() - 2) + "\"}");

        assertAlive();
    }

    @Test
    void aMessageOfOneByteMoreIsTooBig() throws Exception {
        String head = "{\"event\":\"weather\",\"text\":\"";

        bad.text(head + "x".repeat(LIMIT_BYTES - head.length() - 1) + "\"}");

        assertClosed(Failure.MESSAGE_TOO_BIG);
    }

    @Test
    void fragmentsThatAreTooBigTogetherAreTooBig() throws Exception {
        byte[] text = ("{\"event\":\"weather\",\"text\":\"" + "x".repeat(LIMIT_BYTES) + "\"}").getBytes(StandardCharsets.UTF_8);
        try {
            bad.fragmented(text, 1_000);
        } catch (IOException closedAlready) {
            // It need not read to the end.
        }

        assertClosed(Failure.MESSAGE_TOO_BIG);
    }

    @Test
    void aFrameThatPromisesTooMuchIsRefusedBeforeItComes() throws Exception {
        bad.promise(RawFrame.TEXT, 1L << 40);
        bad.bytes(new byte[4]); // the mask

        assertClosed(Failure.MESSAGE_TOO_BIG);
    }

    @Test
    void audioOfNoLengthIsIgnored() throws Exception {
        bad.text(media(new byte[0]));

        assertAlive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 159, 161, 1_601})
    void audioOfOddLengthIsEchoedAsItIs(int bytes) throws Exception {
        byte[] audio = audio(bytes);

        bad.text(media(audio));

        assertEchoed(audio);
    }

    @Test
    void tenThousandMessagesAtOnceAreTooMany() throws Exception {
        String message = media(audio(160));
        try {
            for (int n = 0; n < 10_000; n++) {
                bad.text(message);
            }
        } catch (IOException closedAlready) {
            // It need not read to the end.
        }

        assertClosed(Failure.TOO_MANY_MESSAGES);
    }

    @Test
    void textThatIsNoUtf8IsMalformed() throws Exception {
        byte[] text = "{\"event\":\"weather\",\"text\":\"??\"}".getBytes(StandardCharsets.UTF_8);
        text[text.length - 4] = (byte) 0xC3;
        text[text.length - 3] = (byte) 0x28;

        bad.frame(true, RawFrame.TEXT, text);

        assertClosed(Failure.MALFORMED_MESSAGE);
    }

    @Test
    void anUnmaskedFrameBreaksTheProtocol() throws Exception {
        bad.unmaskedFrame(true, RawFrame.TEXT, "{\"event\":\"weather\"}".getBytes(StandardCharsets.UTF_8));

        assertClosed(Failure.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 11, 0})
    void aFrameThatTheStandardDoesNotKnowBreaksTheProtocol(int opcode) throws Exception {
        bad.frame(true, opcode, new byte[] {'x'});

        assertClosed(Failure.PROTOCOL_ERROR);
    }

    @Test
    void aPingIsAnswered() throws Exception {
        bad.ping(new byte[] {1, 2, 3});

        Optional<RawFrame> answer = awaitFrame(RawFrame.PONG);
        assertTrue(Arrays.equals(new byte[] {1, 2, 3}, answer.orElseThrow().payload()));
        assertAlive();
    }

    @Test
    void aPeerThatNeverAnswersTheCloseIsLeftAlone() throws Exception {
        bad.binary(new byte[160]);

        RawWebSocket.Farewell farewell = bad.awaitFarewell(PATIENCE, false);

        assertEquals(Failure.BINARY_MESSAGE.closeCode(), farewell.code());
        assertTrue(farewell.tcpEnded(), "TCP is still open");
    }

    @Test
    void aPeerThatVanishesHasHungUp() throws Exception {
        bad.reset();

        JsonNode run = api.awaitRun(agent, attempt.callId, "completed");
        assertEquals("caller_hangup", run.path("end").path("by").asString());
    }

    @Test
    void aPeerThatFloodsAndDoesNotReadIsClosed() throws Exception {
        // each of these is to be answered, and nobody takes the answers
        byte[] payload = new byte[125];
        boolean tcpEnded = false;
        try {
            for (int n = 0; n < 200_000; n++) {
                bad.ping(payload);
            }
            tcpEnded = bad.awaitFarewell(PATIENCE, false).tcpEnded();
        } catch (SocketTimeoutException stillOpen) {
            // TCP goes on.
        } catch (IOException ended) {
            tcpEnded = true;
        }

        assertTrue(tcpEnded, "TCP is still open");
        JsonNode run = api.awaitRun(agent, attempt.callId, "failed");
        String code = run.path("failure").path("code").asString();
        assertTrue(List.of("too_many_messages", "peer_stalled").contains(code), code);
    }

    private static byte[] audio(int bytes) {
        byte[] audio = new byte[bytes];
        for (int at = 0; at < bytes; at++) {
            audio[at] = (byte) (at * 31 + bytes);
        }
        return audio;
    }

    private static String media(byte[] audio) {
        return "{\"event\":\"media\",\"streamSid\":\"MZ-1\",\"media\":{\"payload\":\"" + Base64.getEncoder().encodeToString(audio) + "\"}}";
    }

    private void awaitEcho() throws Exception {
        byte[] hello = audio(80);
        // What comes before the call is running is not kept: so it is asked again until there is an answer.
        api.awaitRun(agent, attempt.callId, "running");
        Wait.until("the call that is to misbehave is running", () -> {
            bad.text(media(hello));
            try {
                return bad.read(Duration.ofMillis(200));
            } catch (SocketTimeoutException notYet) { // not a byte has come: nothing is lost
                return Optional.empty();
            }
        });
    }

    /// The call goes on: what is sent now is echoed.
    private void assertAlive() throws Exception {
        byte[] audio = audio(123);
        bad.text(media(audio));
        assertEchoed(audio);
    }

    private void assertEchoed(byte[] audio) throws Exception {
        while (true) {
            RawFrame frame = awaitFrame(RawFrame.TEXT).orElseThrow();
            JsonNode message = Json.MAPPER.readTree(frame.payload());
            if (message.path("event").asString("").equals("media")
                    && Arrays.equals(audio, Base64.getDecoder().decode(message.path("media").path("payload").asString("")))) {
                return;
            }
        }
    }

    private Optional<RawFrame> awaitFrame(int opcode) throws Exception {
        while (true) {
            Optional<RawFrame> frame = bad.read(PATIENCE);
            assertTrue(frame.isPresent(), "TCP has ended");
            assertTrue(frame.get().opcode() != RawFrame.CLOSE, () -> "closed: " + frame.get().closeReason());
            if (frame.get().opcode() == opcode) {
                return frame;
            }
        }
    }

    private void assertClosed(Failure failure) throws Exception {
        RawWebSocket.Farewell farewell = bad.awaitFarewell(PATIENCE, true);
        assertEquals(failure.closeCode(), farewell.code(), farewell.reason());
        assertEquals(failure.reason(), farewell.reason());
        assertTrue(farewell.tcpEnded(), "TCP is still open");
        JsonNode run = api.awaitRun(agent, attempt.callId, "failed");
        assertEquals(failure.runFailure().orElseThrow(), run.path("failure").path("code").asString());
    }
}
