package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResamplerTest {

    private static final double AMPLITUDE = 16_000;

    @ParameterizedTest
    @CsvSource({
        "16000, 8000, 1000", "16000, 8000, 3400", "16000, 8000, 3500", "22050, 8000, 300", "22050, 8000, 3400",
        "44100, 8000, 3400", "48000, 8000, 3400", "8000, 16000, 3400", "8000, 48000, 300", "11025, 8000, 3400",
        "44101, 8000, 1000", "24000, 8000, 3400", "6000, 8000, 2500"
    })
    void keepsAToneInThePassBandAsItWas(int fromHz, int toHz, double toneHz) {
        short[] input = Tones.sine(fromHz, toneHz, AMPLITUDE, fromHz / 2);

        short[] output = Resampler.of(fromHz, toHz).resample(input);

        // Not only the level: the same wave, in phase. The difference is 50 dB below the tone, or better.
        short[] expected = Tones.sine(toHz, toneHz, AMPLITUDE, output.length);
        int edge = output.length / 5;
        double level = middleDbfs(expected);
        assertEquals(level, middleDbfs(output), 0.1);
        for (int i = edge; i < output.length - edge; i++) {
            expected[i] -= output[i];
        }
        assertTrue(Tones.rmsDbfs(expected, edge, output.length - edge) < level - 50);
    }

    @ParameterizedTest
    @CsvSource({
        "16000, 8000, 4010", "16000, 8000, 5000", "16000, 8000, 7900", "22050, 8000, 4100", "44100, 8000, 4100",
        "44100, 8000, 15000", "48000, 8000, 4010", "48000, 8000, 23000", "44101, 8000, 7000"
    })
    void silencesAToneThatTheNewRateCannotCarry(int fromHz, int toHz, double toneHz) {
        short[] input = Tones.sine(fromHz, toneHz, AMPLITUDE, fromHz / 2);

        short[] output = Resampler.of(fromHz, toHz).resample(input);

        assertTrue(middleDbfs(output) < middleDbfs(input) - 60, "left: " + middleDbfs(output) + " dBFS");
    }

    @Test
    void makesNoImagesWhenTheRateGoesUp() {
        // given a tone whose image would be at 5 kHz
        short[] up = Resampler.of(8_000, 16_000).resample(Tones.sine(8_000, 3_000, AMPLITUDE, 8_000));

        // when the tone itself is taken away
        short[] tone = Tones.sine(16_000, 3_000, AMPLITUDE, up.length);
        for (int i = 0; i < up.length; i++) {
            up[i] -= tone[i];
        }

        // then nothing is left
        assertTrue(middleDbfs(up) < -70);
    }

    @ParameterizedTest
    @CsvSource({
        "16000, 8000, 16000, 8000", "22050, 8000, 22050, 8000", "44100, 8000, 441, 80", "48000, 8000, 7, 2",
        "8000, 16000, 160, 320", "16000, 8000, 0, 0", "16000, 8000, 1, 1"
    })
    void lastsAsLongAsItsInput(int fromHz, int toHz, int inputSamples, int outputSamples) {
        assertEquals(outputSamples, Resampler.of(fromHz, toHz).resample(new short[inputSamples]).length);
    }

    @Test
    void saturatesAPeakInsteadOfWrappingAround() {
        // given a full-scale square wave, which overshoots under any low-pass
        short[] input = new short[16_000];
        for (int i = 0; i < input.length; i++) {
            input[i] = i / 20 % 2 == 0 ? Short.MAX_VALUE : Short.MIN_VALUE;
        }

        short[] output = Resampler.of(16_000, 8_000).resample(input);

        // then no sample has the sign of the other half-wave, away from the crossings
        boolean saturated = false;
        for (int i = 100; i < output.length - 100; i++) {
            int inHalfWave = i % 10;
            if (inHalfWave >= 1 && inHalfWave <= 9) {
                assertEquals(i / 10 % 2 == 0, output[i] > 0, "sample " + i);
            }
            saturated |= output[i] == Short.MAX_VALUE;
        }
        assertTrue(saturated, "the wave was meant to reach full scale");
    }

    @Test
    void handsAudioOfTheRightRateBack() {
        Pcm pcm = new Pcm(8_000, Tones.noise(1, 5_000, 100));

        assertSame(pcm, Resampler.resample(pcm, 8_000));
        assertArrayEquals(pcm.samples(), Resampler.of(8_000, 8_000).resample(pcm.samples()));
    }

    @Test
    void refusesARateThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> Resampler.of(0, 8_000));
        assertThrows(IllegalArgumentException.class, () -> Resampler.of(8_000, 1_000_000));
    }

    /// The level without the edges, where the filter looks into the silence around.
    private static double middleDbfs(short[] samples) {
        return Tones.rmsDbfs(samples, samples.length / 5, samples.length - samples.length / 5);
    }
}
