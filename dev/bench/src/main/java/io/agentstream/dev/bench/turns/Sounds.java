package io.agentstream.dev.bench.turns;

import io.agentstream.audio.MuLaw;
import java.util.SplittableRandom;

/// Sounds that are nobody's speech, 8 kHz, about as loud as a voice on the telephone: the same ones for the same seed.
final class Sounds {

    /// Standard deviation of the noise that every line has, of 32,768: about -66 dBFS.
    static final double LINE_NOISE = 16;

    /// How loud a voice is here, root mean square of 32,768: -23 dBFS.
    static final double VOICE = 2_300;

    private static final int RATE = MuLaw.SAMPLE_RATE_HZ;

    private Sounds() {}

    /// The hiss of a bad line or of a road.
    static short[] hiss(SplittableRandom random, int ms) {
        short[] sound = new short[ms * MuLaw.BYTES_PER_MS];
        double low = 0;
        for (int i = 0; i < sound.length; i++) {
            low = 0.7 * low + random.nextGaussian() * VOICE;
            sound[i] = saturated(low * 0.7);
        }
        return sound;
    }

    /// Chords of three notes with their overtones, four in two seconds, each dying away.
    static short[] music(SplittableRandom random, int ms) {
        short[] sound = new short[ms * MuLaw.BYTES_PER_MS];
        int beat = RATE / 2;
        double[] chord = new double[3];
        for (int i = 0; i < sound.length; i++) {
            if (i % beat == 0) {
                double root = 130.8 * Math.pow(2, random.nextInt(13) / 12.0);
                chord = new double[] {root, root * Math.pow(2, 4 / 12.0), root * Math.pow(2, 7 / 12.0)};
            }
            double t = (double) i / RATE;
            double sum = 0;
            for (double hz : chord) {
                for (int overtone = 1; overtone <= 4; overtone++) {
                    sum += Math.sin(2 * Math.PI * hz * overtone * t) / overtone;
                }
            }
            sound[i] = saturated(sum * VOICE * 0.8 * Math.exp(-2.5 * (i % beat) / beat));
        }
        return sound;
    }

    /// Two bursts of noise through a throat.
    static short[] cough(SplittableRandom random) {
        short[] sound = new short[420 * MuLaw.BYTES_PER_MS];
        burst(random, sound, 0, 160);
        burst(random, sound, 220, 140);
        return sound;
    }

    /// Something falls to the ground.
    static short[] knock(SplittableRandom random) {
        short[] sound = new short[90 * MuLaw.BYTES_PER_MS];
        burst(random, sound, 0, 90);
        return sound;
    }

    private static void burst(SplittableRandom random, short[] sound, int atMs, int ms) {
        double resonance = 0;
        double before = 0;
        int from = atMs * MuLaw.BYTES_PER_MS;
        int length = ms * MuLaw.BYTES_PER_MS;
        for (int i = 0; i < length; i++) { // one resonance at about 900 Hz
            double next = 1.4 * resonance - 0.9 * before + random.nextGaussian() * VOICE;
            before = resonance;
            resonance = next;
            double envelope = Math.min(1, i / 80.0) * Math.exp(-4.0 * i / length);
            sound[from + i] = saturated(next * envelope * 0.6);
        }
    }

    private static short saturated(double sample) {
        return (short) Math.clamp(Math.round(sample), Short.MIN_VALUE, Short.MAX_VALUE);
    }
}
