package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class DtmfTest {

    private static final int[] HZ = {697, 770, 852, 941, 1_209, 1_336, 1_477, 1_633};

    /// Of each key the two frequencies that ITU-T Q.23 gives it, and no other, are in the tone.
    @Test
    void eachKeyHasItsTwoFrequencies() {
        assertFrequencies('1', 697, 1_209);
        assertFrequencies('5', 770, 1_336);
        assertFrequencies('#', 941, 1_477);
        assertFrequencies('0', 941, 1_336);
        assertFrequencies('*', 941, 1_209);
        assertFrequencies('D', 941, 1_633);
    }

    private static void assertFrequencies(char key, int row, int column) {
        short[] tone = MuLaw.decode(Arrays.copyOf(Dtmf.muLaw(String.valueOf(key)), Dtmf.TONE_MS * MuLaw.BYTES_PER_MS));
        for (int hz : HZ) {
            boolean wanted = hz == row || hz == column;
            assertEquals(wanted, power(tone, hz) > 0.05, () -> key + " at " + hz + " Hz");
        }
    }

    /// Share of a frequency in the energy of the samples (Goertzel).
    private static double power(short[] samples, double hz) {
        double c = 2 * Math.cos(2 * Math.PI * hz / MuLaw.SAMPLE_RATE_HZ);
        double before = 0;
        double last = 0;
        double energy = 0;
        for (short sample : samples) {
            double next = sample + c * last - before;
            before = last;
            last = next;
            energy += (double) sample * sample;
        }
        return (last * last + before * before - c * last * before) / (energy * samples.length / 2);
    }

    @Test
    void keysAreParted() {
        byte[] audio = Dtmf.muLaw("12");

        int each = (Dtmf.TONE_MS + Dtmf.PAUSE_MS) * MuLaw.BYTES_PER_MS;
        assertEquals(2 * each, audio.length);
        for (int at = Dtmf.TONE_MS * MuLaw.BYTES_PER_MS; at < each; at++) {
            assertEquals(MuLaw.SILENCE, audio[at]);
        }
        assertTrue(Tones.rmsDbfs(MuLaw.decode(audio), each, each + 800) > -20);
    }

    @Test
    void whatIsNoKeyIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Dtmf.muLaw("1x"));
    }
}
