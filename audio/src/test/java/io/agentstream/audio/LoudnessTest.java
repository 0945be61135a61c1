package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What is a sound, and what is a line on which nobody speaks.
final class LoudnessTest {

    private static byte[] sine(double amplitude) {
        short[] samples = new short[160];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) (amplitude * Math.sin(2 * Math.PI * 440 * i / 8_000));
        }
        return MuLaw.encode(samples);
    }

    private static byte[] filled(byte value) {
        byte[] frame = new byte[160];
        Arrays.fill(frame, value);
        return frame;
    }

    @Test
    void silenceOfEitherSignAndAConstantAreNoSound() {
        assertFalse(Loudness.isSound(filled(MuLaw.SILENCE), 0, 160));
        assertFalse(Loudness.isSound(filled((byte) 0x7F), 0, 160));
        assertFalse(Loudness.isSound(filled((byte) 0x20), 0, 160));
        assertFalse(Loudness.isSound(new byte[0], 0, 0));
    }

    @Test
    void aQuietVoiceIsASoundAndTheNoiseOfALineIsNone() {
        assertTrue(Loudness.isSound(sine(400), 0, 160));
        assertFalse(Loudness.isSound(sine(40), 0, 160));
    }

    @Test
    void aToneOfFullScaleIsThreeDbBelowIt() {
        assertEquals(-3.0, Loudness.db(sine(32_000), 0, 160), 0.5);
    }
}
