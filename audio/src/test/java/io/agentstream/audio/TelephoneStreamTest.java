package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TelephoneStreamTest {

    private static byte[] littleEndian(short[] samples) {
        byte[] bytes = new byte[2 * samples.length];
        for (int i = 0; i < samples.length; i++) {
            bytes[2 * i] = (byte) samples[i];
            bytes[2 * i + 1] = (byte) (samples[i] >> 8);
        }
        return bytes;
    }

    /// Cut anywhere, also within a sample; pieces of one byte and of thousands.
    @ParameterizedTest
    @CsvSource({"24000, 1", "24000, 2", "16000, 3", "8000, 4", "48000, 5", "24000, 6"})
    void makesWhatTheWholeWouldBeHoweverItIsCut(int rateHz, long seed) {
        // given
        Random random = new Random(seed);
        short[] samples = new short[random.nextInt(1, 9_000)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) (12_000 * Math.sin(i * 0.05) + random.nextInt(-3_000, 3_000));
        }
        byte[] bytes = littleEndian(samples);
        TelephoneStream stream = new TelephoneStream(rateHz);
        ByteArrayOutputStream heard = new ByteArrayOutputStream();

        // when
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, random.nextInt(1, random.nextBoolean() ? 5 : 4_000));
            heard.writeBytes(stream.add(bytes, at, length));
            at += length;
        }
        heard.writeBytes(stream.end());

        // then
        assertArrayEquals(new Pcm(rateHz, samples).toMuLaw(), heard.toByteArray());
    }

    @Test
    void halfASampleAtTheEndIsDropped() {
        TelephoneStream stream = new TelephoneStream(8_000);

        byte[] heard = stream.add(new byte[] {0, 0, 0}, 0, 3);

        assertArrayEquals(new byte[] {MuLaw.SILENCE}, heard);
        assertArrayEquals(new byte[0], stream.end());
    }

    @Test
    void refusesARateThatIsNoMultiple() {
        assertThrows(IllegalArgumentException.class, () -> new TelephoneStream(22_050));
    }
}
