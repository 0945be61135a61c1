package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Codec.Decoded;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

final class CodecTest {

    static Stream<Arguments> samples() {
        return Samples.byTopic().entrySet().stream()
                .flatMap(row -> row.getValue().stream().map(value -> Arguments.of(row.getKey(), value)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <V> void readsWhatItWrote(Topic<V> topic, V value) {
        byte[] bytes = topic.codec().encode(value);

        Decoded<V> decoded = topic.codec().decode(bytes);

        assertEquals(new Decoded.Value<>(value), decoded);
    }

    @ParameterizedTest
    @MethodSource("samples")
    <V> void truncatedBytesAreAValueNotACrash(Topic<V> topic, V value) {
        if (topic.equals(Topics.DEAD_LETTERS)) {
            return; // any bytes are a dead letter
        }
        byte[] bytes = topic.codec().encode(value);
        for (int length = 0; length < bytes.length; length++) {
            Decoded<V> decoded = topic.codec().decode(Arrays.copyOf(bytes, length));

            assertInstanceOf(Decoded.Malformed.class, decoded, "cut to " + length + " of " + bytes.length);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    <V> void randomDamageNeverThrows(Topic<V> topic, V value) {
        Random random = new Random(20_261_122);
        byte[] good = topic.codec().encode(value);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = good.clone();
            for (int hit = 0; hit <= round % 4; hit++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }

            Decoded<V> decoded = topic.codec().decode(bytes);

            switch (decoded) {
                case Decoded.Value<V>(V read) -> assertTrue(topic.type().isInstance(read));
                case Decoded.Unknown<V>(String what) -> assertTrue(what.length() < 200, what);
                case Decoded.Malformed<V>(String reason) -> assertTrue(reason.length() < 200, reason);
            }
        }
    }

    /// The list of services of every sample once with nothing in it where something was, and once with an object that has nothing in it.
    @ParameterizedTest
    @MethodSource("samples")
    <V> void nothingInAListIsMalformed(Topic<V> topic, V value) {
        if (topic.equals(Topics.DEAD_LETTERS) || !(new String(topic.codec().encode(value), StandardCharsets.UTF_8).startsWith("{"))) {
            return; // not JSON
        }
        for (String hole : List.of("null", "{}")) {
            JsonNode json = Json.MAPPER.readTree(topic.codec().encode(value));
            List<ArrayNode> lists = json.findValues("services").stream().map(ArrayNode.class::cast).filter(list -> !list.isEmpty()).toList();
            for (ArrayNode list : lists) {
                list.set(list.size() - 1, Json.MAPPER.readTree(hole));

                assertInstanceOf(Decoded.Malformed.class, topic.codec().decode(Json.MAPPER.writeValueAsBytes(json)), json.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "null", "[]", "7", "\"offered\"", "{}", "{\"type\":null}", "{\"type\":\"alive\"}",
        "{\"type\":\"alive\",\"call_id\":null,\"seq\":1,\"at\":\"2026-11-22T12:00:00Z\"}",
        "{\"type\":\"alive\",\"call_id\":\"x\",\"seq\":1,\"at\":\"2026-11-22T12:00:00Z\"}",
        "{\"type\":\"alive\",\"call_id\":\"019ac0de-0000-7000-8000-00000000002a\",\"seq\":null,\"at\":\"2026-11-22T12:00:00Z\"}",
        "{\"type\":\"alive\",\"call_id\":\"019ac0de-0000-7000-8000-00000000002a\",\"seq\":1,\"at\":\"now\"}",
    })
    void foreignJsonIsMalformed(String json) {
        Decoded<CallEvent> decoded = Topics.CALL_LIFECYCLE.codec().decode(json.getBytes(StandardCharsets.UTF_8));

        assertInstanceOf(Decoded.Malformed.class, decoded);
    }

    /// A reader of an older version passes over it, and a writer of an older one does not say it.
    @Test
    void whoseAgentWasCalledIsAddedToACommandWithoutChangingItsLayout() {
        for (SocketCommand command : List.of(
                new SocketCommand.Admit(Samples.CALL, Long.MAX_VALUE),
                SocketCommand.Close.because(Samples.CALL, Failure.SUSPENDED, "").ofOrganization(42),
                SocketCommand.Close.because(Samples.CALL, End.AGENT_HANGUP).of(7).ofOrganization(42))) {
            byte[] bytes = Topics.SOCKET_COMMANDS.codec().encode(command);
            byte[] older = Arrays.copyOf(bytes, bytes.length - Binary.ADDED_LONG_BYTES);

            assertEquals(new Decoded.Value<>(command), Topics.SOCKET_COMMANDS.codec().decode(bytes));
            assertInstanceOf(Decoded.Value.class, Topics.SOCKET_COMMANDS.codec().decode(older));
            assertInstanceOf(
                    Decoded.Malformed.class, Topics.SOCKET_COMMANDS.codec().decode(Arrays.copyOf(bytes, bytes.length - 1)));
        }
    }

    private static byte[] marred(byte[] record, String text) {
        byte[] bytes = record.clone();
        int at = new String(record, StandardCharsets.ISO_8859_1).indexOf(text);
        Arrays.fill(bytes, at, at + text.length(), (byte) 0xFF);
        return bytes;
    }

    @Test
    void namesAndReasonsThatAreNoTextAreMalformed() {
        byte[] mark = Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Mark(Samples.CALL, 3, "done"));
        byte[] close = Topics.SOCKET_COMMANDS.codec()
                .encode(SocketCommand.Close.because(Samples.CALL, Failure.UNKNOWN_DOMAIN, "nowhere.example"));
        byte[] reached = Topics.CALL_MEDIA.codec().encode(new MediaFrame.MarkReached(Samples.CALL, 8, 1, 2, "done"));

        assertInstanceOf(Decoded.Malformed.class, Topics.SOCKET_COMMANDS.codec().decode(marred(mark, "done")));
        assertInstanceOf(Decoded.Malformed.class, Topics.SOCKET_COMMANDS.codec().decode(marred(close, "nowhere.example")));
        assertInstanceOf(Decoded.Malformed.class, Topics.CALL_MEDIA.codec().decode(marred(reached, "done")));
    }

    @Test
    void nestingWithoutEndIsMalformed() {
        byte[] deep = "[".repeat(100_000).getBytes(StandardCharsets.UTF_8);

        assertInstanceOf(Decoded.Malformed.class, Topics.CALL_LIFECYCLE.codec().decode(deep));
    }

    @Test
    void fieldsOfANewerWriterArePassedOver() {
        String json = "{\"type\":\"alive\",\"call_id\":\"" + Samples.CALL
                + "\",\"seq\":3,\"at\":\"2026-11-22T12:00:00.250Z\",\"mood\":\"fine\"}";

        assertEquals(
                new Decoded.Value<>(new CallEvent.Alive(Samples.CALL, 3, Samples.AT)),
                Topics.CALL_LIFECYCLE.codec().decode(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void ofAKeyThatStandsTwiceTheLastOneHolds() {
        String json = "{\"type\":\"alive\",\"call_id\":\"" + Samples.CALL
                + "\",\"seq\":2,\"seq\":3,\"at\":\"2026-11-22T12:00:00.250Z\"}";

        assertEquals(
                new Decoded.Value<>(new CallEvent.Alive(Samples.CALL, 3, Samples.AT)),
                Topics.CALL_LIFECYCLE.codec().decode(json.getBytes(StandardCharsets.UTF_8)));
        assertEquals(2, Json.MAPPER.readTree("{\"a\":1,\"a\":2}").path("a").intValue());
    }

    @Test
    void jsonIsPlainAndReadable() {
        String json = new String(
                Topics.CALL_LIFECYCLE.codec().encode(Samples.CALL_EVENTS.get(3)), StandardCharsets.UTF_8);

        assertEquals(
                "{\"type\":\"ended\",\"call_id\":\"019ac0de-0000-7000-8000-00000000002a\",\"seq\":4,"
                        + "\"at\":\"2026-11-22T12:00:00.250Z\",\"close_code\":1000,\"close_reason\":\"\","
                        + "\"end\":\"caller_hangup\"}",
                json);
    }

    @Test
    void audioIsNotCopiedOnItsWayIn() {
        byte[] bytes = Topics.CALL_MEDIA.codec().encode(Samples.MEDIA_FRAMES.getFirst());

        var decoded = (Decoded.Value<MediaFrame>) Topics.CALL_MEDIA.codec().decode(bytes);

        assertSame(bytes, ((MediaFrame.Audio) decoded.value()).payload().array());
    }
}
