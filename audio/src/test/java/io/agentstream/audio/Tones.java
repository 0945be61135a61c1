package io.agentstream.audio;

import java.util.SplittableRandom;

/// Test signals and how loud they are. Levels in dBFS, where 0 is the RMS of a full-scale square wave.
public final class Tones {

    private Tones() {
    }

    public static short[] sine(int sampleRateHz, double hz, double amplitude, int samples) {
        short[] tone = new short[samples];
        for (int i = 0; i < samples; i++) {
            tone[i] = (short) Math.round(amplitude * Math.sin(2 * Math.PI * hz * i / sampleRateHz));
        }
        return tone;
    }

    /// A key of a telephone, each of its two tones this strong.
    public static short[] key(char key, double amplitude, int samples) {
        int at = "123A456B789C*0#D".indexOf(key);
        short[] low = sine(8_000, new double[] {697, 770, 852, 941}[at / 4], amplitude, samples);
        short[] high = sine(8_000, new double[] {1_209, 1_336, 1_477, 1_633}[at % 4], amplitude, samples);
        for (int i = 0; i < samples; i++) {
            low[i] = (short) (low[i] + high[i]);
        }
        return low;
    }

    public static short[] noise(long seed, double amplitude, int samples) {
        SplittableRandom random = new SplittableRandom(seed);
        short[] noise = new short[samples];
        for (int i = 0; i < samples; i++) {
            noise[i] = (short) Math.round(random.nextGaussian() * amplitude);
        }
        return noise;
    }

    public static double rmsDbfs(short[] samples) {
        return rmsDbfs(samples, 0, samples.length);
    }

    public static double rmsDbfs(short[] samples, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) samples[i] * samples[i];
        }
        return 10 * Math.log10(sum / (to - from) / (32768.0 * 32768.0) + 1e-12);
    }
}
