package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import io.agentstream.schemas.Codec.Decoded;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/// While versions change, this version's readers meet records of the next one: added fields, event types, constants and kinds are
/// passed over, and nothing that is known is lost for them.
final class NewerWriterTest {

    static Stream<Arguments> samples(boolean json) {
        return Samples.byTopic().entrySet().stream()
                .filter(row -> row.getKey().codec() instanceof JsonCodec == json && !row.getKey().equals(Topics.DEAD_LETTERS))
                .flatMap(row -> row.getValue().stream().map(value -> Arguments.of(row.getKey(), value)));
    }

    static Stream<Arguments> jsonSamples() {
        return samples(true);
    }

    static Stream<Arguments> binarySamples() {
        return samples(false);
    }

    @ParameterizedTest
    @MethodSource("jsonSamples")
    <V> void anAddedFieldIsPassedOver(Topic<V> topic, V value) {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(topic.codec().encode(value));
        json.put("added", 7);
        json.putObject("more").putArray("of").add("it");

        Decoded<V> decoded = topic.codec().decode(Json.MAPPER.writeValueAsBytes(json));

        assertEquals(new Decoded.Value<>(value), decoded);
    }

    @ParameterizedTest
    @MethodSource("jsonSamples")
    <V> void anAddedEventTypeIsUnknownAndNotBad(Topic<V> topic, V value) {
        if (!topic.type().isSealed()) {
            return; // one kind of record only
        }
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(topic.codec().encode(value));
        json.put("type", "added");

        Decoded<V> decoded = topic.codec().decode(Json.MAPPER.writeValueAsBytes(json));

        assertInstanceOf(Decoded.Unknown.class, decoded);
    }

    @Test
    void aCallThatEndedInAnUnknownWayHasEnded() {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(Topics.CALL_LIFECYCLE.codec().encode(
                new CallEvent.Ended(Samples.CALL, 4, Samples.AT, 1000, "", End.CALLER_HANGUP, null)));
        json.put("end", "credits_used_up");

        Decoded<CallEvent> decoded = Topics.CALL_LIFECYCLE.codec().decode(Json.MAPPER.writeValueAsBytes(json));

        assertEquals(
                new Decoded.Value<>(new CallEvent.Ended(Samples.CALL, 4, Samples.AT, 1000, "", End.OTHER, null)), decoded);
    }

    @Test
    void aCallThatFailedForAnUnknownCauseHasFailed() {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(Topics.CALL_LIFECYCLE.codec().encode(
                new CallEvent.Ended(Samples.CALL, 4, Samples.AT, 4410, "Eclipse", null, Failure.SESSION_INVALID)));
        json.put("failure", "eclipse");

        Decoded<CallEvent> decoded = Topics.CALL_LIFECYCLE.codec().decode(Json.MAPPER.writeValueAsBytes(json));

        assertEquals(
                new Decoded.Value<>(new CallEvent.Ended(Samples.CALL, 4, Samples.AT, 4410, "Eclipse", null, Failure.OTHER)),
                decoded);
    }

    @Test
    void everyEnumerationOnATopicHasAConstantForWhatItDoesNotKnow() {
        Set<Class<?>> seen = new HashSet<>();
        Topics.ALL.forEach(topic -> collect(topic.type(), seen));
        Set<Class<?>> enumerations = new HashSet<>(seen);
        enumerations.removeIf(type -> !type.isEnum());

        assertEquals(
                Map.of(
                        End.class, "OTHER", Failure.class, "OTHER", ConversationEvent.Party.class, "OTHER", DisconnectedBy.class, "OTHER",
                        Transfer.class, "FAILED"),
                enumerations.stream().collect(Collectors.toMap(each -> each, NewerWriterTest::ofWhatItDoesNotKnow)));
    }

    private static String ofWhatItDoesNotKnow(Class<?> enumeration) {
        return Arrays.stream(enumeration.getFields())
                .filter(field -> field.isAnnotationPresent(JsonEnumDefaultValue.class))
                .map(Field::getName)
                .collect(Collectors.joining(" "));
    }

    private static void collect(Class<?> type, Set<Class<?>> seen) {
        if (!seen.add(type)) {
            return;
        }
        if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(kind -> collect(kind, seen));
        }
        if (type.isRecord()) {
            Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).forEach(part -> collect(part, seen));
        }
    }

    @Test
    void aNumberIsNoConstant() {
        String json = "{\"type\":\"ended\",\"call_id\":\"" + Samples.CALL
                + "\",\"seq\":4,\"at\":\"2026-11-22T12:00:00Z\",\"close_code\":1000,\"close_reason\":\"\",\"end\":2}";

        assertInstanceOf(
                Decoded.Malformed.class, Topics.CALL_LIFECYCLE.codec().decode(json.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("binarySamples")
    <V> void addedBinaryFieldsArePassedOver(Topic<V> topic, V value) {
        byte[] known = topic.codec().encode(value);
        byte[] newer = ByteBuffer.allocate(known.length + 3 + 2 + 3)
                .put(known)
                .put((byte) 1).putShort((short) 2).put(new byte[] {7, 8})
                .put((byte) 200).putShort((short) 0)
                .array();

        Decoded<V> decoded = topic.codec().decode(newer);

        assertEquals(new Decoded.Value<>(value), decoded);
    }

    @ParameterizedTest
    @MethodSource("binarySamples")
    <V> void anAddedBinaryFieldThatIsCutIsMalformed(Topic<V> topic, V value) {
        byte[] known = topic.codec().encode(value);
        byte[] cut = ByteBuffer.allocate(known.length + 4).put(known)
                .put((byte) 1).putShort((short) 2).put((byte) 7)
                .array();

        assertInstanceOf(Decoded.Malformed.class, topic.codec().decode(cut));
    }

    @ParameterizedTest
    @MethodSource("binarySamples")
    <V> void anAddedBinaryKindIsUnknownAndNotBad(Topic<V> topic, V value) {
        byte[] bytes = topic.codec().encode(value);
        bytes[0] = 19;
        assertInstanceOf(Decoded.Unknown.class, topic.codec().decode(bytes));

        bytes[0] = '{';
        assertInstanceOf(Decoded.Malformed.class, topic.codec().decode(bytes));
    }

    @Test
    void aCloseForAnUnknownCauseCloses() {
        byte[] end = Topics.SOCKET_COMMANDS.codec().encode(SocketCommand.Close.because(Samples.CALL, End.AGENT_HANGUP));
        byte[] failure = Topics.SOCKET_COMMANDS.codec().encode(
                SocketCommand.Close.because(Samples.CALL, Failure.SESSION_INVALID, ""));
        end[SocketCommandCodec.HEADER_BYTES + 2] = 'X';
        failure[SocketCommandCodec.HEADER_BYTES + 2] = 'X';

        assertEquals(
                new Decoded.Value<>(SocketCommand.Close.because(Samples.CALL, End.OTHER)),
                Topics.SOCKET_COMMANDS.codec().decode(end));
        assertEquals(
                new Decoded.Value<>(new SocketCommand.Close(
                        Samples.CALL, null, Failure.OTHER, 4400, Failure.SESSION_INVALID.reason())),
                Topics.SOCKET_COMMANDS.codec().decode(failure));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 5_000, 65_535})
    void aCloseCodeThatCannotBeIsMalformed(int code) {
        byte[] bytes = Topics.SOCKET_COMMANDS.codec().encode(
                new SocketCommand.Close(Samples.CALL, End.IDLE, null, code, ""));

        assertInstanceOf(Decoded.Malformed.class, Topics.SOCKET_COMMANDS.codec().decode(bytes));
    }

    @Test
    void aCloseReasonThatNoFrameCanHoldIsMalformed() {
        byte[] bytes = Topics.SOCKET_COMMANDS.codec().encode(
                new SocketCommand.Close(Samples.CALL, End.IDLE, null, 1000, "x".repeat(124)));

        assertInstanceOf(Decoded.Malformed.class, Topics.SOCKET_COMMANDS.codec().decode(bytes));
    }

    @Test
    void namesAreBounded() {
        byte[] mark = Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Mark(Samples.CALL, 1, "x".repeat(1_025)));
        byte[] reached = Topics.CALL_MEDIA.codec().encode(
                new MediaFrame.MarkReached(Samples.CALL, 1, 1, 1, "x".repeat(1_025)));

        assertInstanceOf(Decoded.Malformed.class, Topics.SOCKET_COMMANDS.codec().decode(mark));
        assertInstanceOf(Decoded.Malformed.class, Topics.CALL_MEDIA.codec().decode(reached));
    }

    @ParameterizedTest
    @ValueSource(ints = {0xB5, 0xA3, 'E', 'a', 0, '/', ':'})
    void aByteThatIsNoKeyIsNoDigit(int key) {
        byte[] bytes = Topics.CALL_MEDIA.codec().encode(new MediaFrame.Digit(Samples.CALL, 7, 1, '5'));
        bytes[bytes.length - 1] = (byte) key;

        assertInstanceOf(Decoded.Malformed.class, Topics.CALL_MEDIA.codec().decode(bytes));
    }

    @Test
    void theDeepestValueThatIsTakenCanBeReadInsideEveryRecord() {
        int arrays = Json.MAX_VALUE_DEPTH - 1;
        var deep = Json.MAPPER.readTree("{\"v\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}");
        RunEvent.Running running = new RunEvent.Running(
                Samples.CALL, 2, Samples.AT, Samples.RUN, MediaFormat.MULAW_8K, deep,
                Json.MAPPER.createObjectNode().set("variables", deep), null);
        ConversationSnapshot snapshot = new ConversationSnapshot(Samples.CALL, 6, Samples.AT, 5, running, deep, null);

        assertEquals(
                new Decoded.Value<>(snapshot),
                Topics.CONVERSATION_SNAPSHOTS.codec().decode(Topics.CONVERSATION_SNAPSHOTS.codec().encode(snapshot)));
        assertThrows(
                RuntimeException.class,
                () -> Json.MAPPER.readTree("[".repeat(Json.MAX_DEPTH + 1) + "]".repeat(Json.MAX_DEPTH + 1)));
    }
}
