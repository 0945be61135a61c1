package io.agentstream.dev.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class MediaTemplateTest {

    private static final int CALL = 0x010203;

    private final MediaTemplate template = new MediaTemplate(CALL, "MZ-7", FrameMatch.EXACT, new SplittableRandom(1));

    private static JsonNode read(ByteBuffer frame) {
        assertEquals(0x81, frame.get() & 0xFF);
        assertEquals(0x80 | 126, frame.get() & 0xFF);
        int length = frame.getShort() & 0xFFFF;
        byte[] mask = new byte[4];
        frame.get(mask);
        assertEquals(length, frame.remaining());
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) (frame.get() ^ mask[i & 3]);
        }
        return Json.MAPPER.readTree(text);
    }

    private static String expected(int seq) {
        return (seq + 2) + " " + (seq + 1) + " " + seq * 20L;
    }

    private static int number(byte[] audio, int at) {
        return NumberedNoise.number(((audio[at] & 0xFF) << 16) | ((audio[at + 1] & 0xFF) << 8) | (audio[at + 2] & 0xFF));
    }

    private static String numbers(JsonNode message) {
        return message.path("sequenceNumber").asString() + " "
                + message.path("media").path("chunk").asString() + " "
                + message.path("media").path("timestamp").asString();
    }

    @Test
    void everyFrameIsTheProvidersMessageWithItsOwnNumbers() {
        for (int seq = 0; seq < 12_000; seq++) {
            JsonNode message = read(template.frame(seq));

            assertEquals(expected(seq), numbers(message));
            byte[] audio = Base64.getDecoder().decode(message.path("media").path("payload").asString());
            assertEquals(NumberedNoise.BYTES, audio.length);
            assertEquals(seq, number(audio, 0));
            assertEquals(CALL, number(audio, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 9, 99_998, 1_000_000, NumberedNoise.NUMBERS - 1})
    void anyNumberCanBeTheFirst(int seq) {
        assertEquals(expected(seq), numbers(read(template.frame(seq))));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65_535, NumberedNoise.NUMBERS - 1})
    void theNumberIsReadFromTheAnswer(int seq) {
        byte[] payload = read(template.frame(seq)).path("media").path("payload").asString().getBytes(StandardCharsets.US_ASCII);

        assertEquals(seq, MediaTemplate.number(payload, 0));
    }
}
