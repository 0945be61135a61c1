package io.agentstream.calllog.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What of a call can be found in a redacted file, whoever searches it.
final class RedactionTest {

    /// Every way in which a text may stand in bytes, packed or not, or be recognised by a digest.
    private static List<byte[]> spellings(String text) throws Exception {
        List<byte[]> all = new ArrayList<>();
        String digits = text.replaceAll("[^0-9]", "");
        List<String> texts = new ArrayList<>(List.of(
                text, text.toUpperCase(Locale.ROOT), text.replace("+", "%2B"), text.replace("+", ""), text.replace("+", "00"),
                new StringBuilder(text).reverse().toString(), text.replace("\"", "\\\"")));
        if (digits.length() >= 7) {
            texts.addAll(List.of(digits, digits.substring(1), String.join(" ", digits.split("", -1)), String.join("-", digits.split("", -1))));
        }
        for (String each : texts) {
            for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
                all.add(each.getBytes(charset));
            }
            byte[] utf8 = each.getBytes(StandardCharsets.UTF_8);
            all.add(HexFormat.of().formatHex(utf8).getBytes(StandardCharsets.US_ASCII));
            for (int shift = 0; shift < 3; shift++) { // base64 of it at any place in a longer text
                byte[] shifted = new byte[utf8.length + shift];
                System.arraycopy(utf8, 0, shifted, shift, utf8.length);
                String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
                if (base64.length() > 10) {
                    all.add(base64.substring(shift == 0 ? 0 : 4, base64.length() - 2).getBytes(StandardCharsets.US_ASCII));
                }
            }
            for (String algorithm : List.of("SHA-256", "SHA-1", "MD5", "SHA-512")) {
                byte[] digest = MessageDigest.getInstance(algorithm).digest(utf8);
                all.add(Arrays.copyOf(digest, 8));
                all.add(HexFormat.of().formatHex(digest, 0, 8).getBytes(StandardCharsets.US_ASCII));
                all.add(Base64.getEncoder().encodeToString(digest).substring(0, 10).getBytes(StandardCharsets.US_ASCII));
            }
        }
        all.removeIf(each -> each.length < 5);
        return all;
    }

    private static boolean contains(byte[] all, byte[] part) {
        return new String(all, StandardCharsets.ISO_8859_1).contains(new String(part, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingPersonalIsFoundInItsBytesInAnySpelling(boolean isSealed) throws Exception {
        // given
        SampleCall call = new SampleCall(isSealed);
        byte[] whole = Unpacked.tar(call.exported(call.secrets, false));

        // when
        byte[] packed = call.exported(call.secrets, true);
        byte[] redacted = Unpacked.tar(packed);

        // then
        List<String> found = new ArrayList<>();
        int sought = 0;
        for (String personal : SampleCall.PERSONAL) {
            if (!personal.startsWith("{")) { // those that one file shows, the other must hide
                assertTrue(contains(whole, personal.getBytes(StandardCharsets.UTF_8)), personal);
            }
            for (byte[] spelling : spellings(personal)) {
                sought++;
                if (contains(redacted, spelling) || contains(packed, spelling)) {
                    found.add(personal + " as " + new String(spelling, StandardCharsets.ISO_8859_1));
                }
            }
        }
        assertEquals(List.of(), found);
        assertTrue(sought > 2_000, sought + " spellings");
    }

    @Test
    void noVoiceIsFoundInIt() throws Exception {
        // given
        SampleCall call = new SampleCall(true);
        byte[] whole = Unpacked.tar(call.exported(call.secrets, false));

        // when
        byte[] redacted = Unpacked.tar(call.exported(call.secrets, true));

        // then no eight samples of any frame stand in it
        for (int n = 0; n < 100; n++) {
            for (int hz : new int[] {500, 700}) {
                if (n % 5 == 4 || (hz == 700 && n >= 50)) {
                    continue; // a silence, or no frame
                }
                byte[] voice = SampleCall.voice(n, hz);
                assertTrue(contains(whole, voice));
                for (int at = 0; at + 8 <= voice.length; at += 8) {
                    assertFalse(contains(redacted, Arrays.copyOfRange(voice, at, at + 8)), "frame " + n);
                }
            }
        }
    }

    @Test
    void noKeyNoSealedFieldAndNoJournalIsInIt() throws Exception {
        // given a call of which nothing can be opened
        SampleCall call = new SampleCall(true);

        for (CallSecrets keys : new CallSecrets[] {null, call.secrets, new CallSecrets(null, call.secrets.words())}) {
            // when
            Map<String, byte[]> members = Unpacked.members(call.exported(keys, true));

            // then
            assertFalse(members.keySet().stream().anyMatch(name -> name.contains("journal") || name.contains("keys")));
            assertEquals(
                    List.of("call.journal.v1"),
                    Json.MAPPER.readTree(members.get("manifest.json")).path("left_out").valueStream().map(JsonNode::asString).toList());
            members.forEach((name, bytes) -> {
                if (name.endsWith(".ndjson")) {
                    new String(bytes, StandardCharsets.UTF_8).lines().map(Json.MAPPER::readTree).forEach(line -> assertEquals(
                            "", line.path("value").path("sealed").asString("")));
                }
            });
            try (CallFile file = CallFile.open(new ByteArrayInputStream(call.exported(keys, true)), Limits.USUAL)) {
                for (Object each : SampleCall.read(file.source(), null)) {
                    if (each instanceof List<?> list && list.getLast() instanceof MediaFrame.SealedAudio audio) {
                        assertArrayEquals(new byte[audio.sealed().length()], audio.sealed().copy());
                    }
                }
            }
        }
    }

    @Test
    void everyKeyIsTheSameAndWordsNumbersAndParametersAreOneWord() throws Exception {
        // given
        SampleCall call = new SampleCall(true);

        // when
        try (CallFile file = CallFile.open(new ByteArrayInputStream(call.exported(call.secrets, true)), Limits.USUAL)) {
            // then
            assertTrue(file.manifest().redacted());
            assertNull(file.manifest().definitionKey());
            List<Object> read = SampleCall.read(file.source(), null);
            for (Object each : read) {
                Object value = ((List<?>) each).getLast();
                if (value instanceof MediaFrame.Digit digit) {
                    assertEquals('0', digit.digit());
                }
                if (value instanceof ConversationEvent.Heard heard) {
                    assertEquals("redacted", heard.text());
                    assertEquals("0", heard.digit());
                    assertEquals(1_900L, heard.speechMs());
                }
                if (value instanceof ConversationEvent.NodeEntered node) {
                    assertEquals("node-1", node.node());
                }
                if (value instanceof ConversationEvent.ToolCalled tool) {
                    assertEquals("tool-1", tool.tool());
                    assertTrue(tool.arguments().isEmpty());
                }
            }
            assertEquals("redacted", file.run().path("agent_uuid").asString());
            assertEquals("{\"engine\":\"scripted\"}", Json.MAPPER.writeValueAsString(Objects.requireNonNull(file.definition()).definition()));
        }
    }

    private static List<String> shape(CallSource source, CallSecrets keys) throws IOException {
        List<String> shape = new ArrayList<>();
        try (CallReading reading = CallReading.open(source, CallReading.ALL, keys)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                shape.add(entry.at() + " " + switch (entry) {
                    case CallEntry.Lifecycle l -> l.event().getClass().getSimpleName() + l.event().seq();
                    case CallEntry.Media(var record, MediaFrame.Audio a) -> "Audio" + a.seq() + " " + a.payload().length() + " " + record.offset();
                    case CallEntry.Media m -> m.frame().getClass().getSimpleName() + m.frame().seq();
                    case CallEntry.Decision d -> d.event().getClass().getSimpleName() + d.event().after();
                    case CallEntry.Conversation c -> c.event().getClass().getSimpleName() + c.event().number();
                    case CallEntry.Command(var record, SocketCommand.Play p) -> "Play" + p.turn() + "-" + p.seq() + " " + p.payload().length();
                    case CallEntry.Command c -> c.command().getClass().getSimpleName();
                    case CallEntry.Unreadable u -> u.reason();
                    case CallEntry.Missing m -> m.toString();
                });
            }
        }
        return shape;
    }

    @Test
    void whatHappenedWhenAndInWhichOrderStays() throws Exception {
        // given
        SampleCall call = new SampleCall(true);

        for (CallSecrets keys : new CallSecrets[] {call.secrets, null}) {
            // when
            try (CallFile file = CallFile.open(new ByteArrayInputStream(call.exported(keys, true)), Limits.USUAL)) {
                // then
                assertEquals(shape(call.log, keys), shape(file.source(), null));
            }
        }
    }

    @Test
    void whatAnApiShowsOfARunKeepsOnlyWhatIsNamed() {
        // given
        ObjectNode run = SampleCall.run();
        run.put("name", SampleCall.CALLER);
        run.put("state", "4929123456");
        run.put("created_at", "my account number is");
        run.put("duration_seconds", "4929123456");

        // when
        ObjectNode redacted = RedactedRun.run(run);

        // then
        assertEquals(
                "{\"id\":12,\"call_id\":\"" + SampleCall.CALL + "\",\"agent_version\":2,\"mode\":\"cloudonix\",\"call_type\":\"inbound\","
                        + "\"started_at\":\"2027-01-15T08:00:00.012Z\",\"ended_at\":\"2027-01-15T08:00:02.110Z\",\"cost\":\"0.01\","
                        + "\"agent_uuid\":\"redacted\",\"end\":{\"by\":\"agent_hangup\",\"close_code\":1000},\"initial_context\":"
                        + "{\"provider\":\"cloudonix\",\"direction\":\"inbound\"},\"gathered_context\":{},\"logs\":{},\"outcome\":\"redacted\"}",
                Json.MAPPER.writeValueAsString(redacted));
    }

    private static Slice sine(double amplitude, int length) {
        short[] samples = new short[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (short) (amplitude * Math.sin(2 * Math.PI * 333 * i / 8_000.0));
        }
        return Slice.of(MuLaw.encode(samples));
    }

    @Test
    void aFrameIsSilentLowOrLoudAndNothingElse() {
        // given
        Tones tones = new Tones(20);

        // when
        List<byte[]> masked = List.of(0.0, 60.0, 800.0, 1_900.0, 6_000.0, 20_000.0).stream()
                .map(amplitude -> tones.masked(sine(amplitude, 160)).copy())
                .toList();

        // then
        assertArrayEquals(masked.get(0), masked.get(1));
        assertArrayEquals(masked.get(2), masked.get(3));
        assertArrayEquals(masked.get(4), masked.get(5));
        assertNotEquals(List.of(masked.get(0)), List.of(masked.get(2)));
        for (byte sample : masked.getFirst()) {
            assertEquals(0, MuLaw.decode(sample));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 80, 159, 161, 400})
    void piecesThatAreShorterThanAFrameTellNothingFinerThanAFrame(int bytes) {
        // given speech that is loud and silent for 5 ms each
        ByteArrayOutputStream speech = new ByteArrayOutputStream();
        Function<Integer, Byte> sample = i -> MuLaw.encode((short) (i / 40 % 2 == 0 ? 0 : 9_000));
        Tones tones = new Tones(20);

        // when
        int count = 160 * 40 / bytes * bytes;
        for (int at = 0; at < count; at += bytes) {
            byte[] piece = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                piece[i] = sample.apply(at + i);
            }
            speech.writeBytes(tones.masked(Slice.of(piece)).copy());
        }

        // then the tone goes on evenly once its loudness is known
        byte[] masked = speech.toByteArray();
        assertEquals(count, masked.length);
        for (int i = 640; i + 20 < masked.length; i++) {
            assertEquals(masked[i], masked[i + 20], "at " + i);
        }
    }

    @Test
    void whatANewTopicHoldsIsNotPassedOnUnseen() {
        // when, then: who adds a topic to exported calls must say what of it is personal
        assertEquals(
                List.of(
                        "call.lifecycle.v1", "call.media.v1", "run.events.v1", "conversation.events.v1", "socket.commands.v1",
                        "call.journal.v1"),
                CallFileFormat.TOPICS.stream().map(Topic::name).toList());
        assertTrue(CallReading.ALL.stream().noneMatch(topic -> topic.equals(Topics.CALL_KEYS)));
    }
}
