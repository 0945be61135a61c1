package io.agentstream.dev.bench.turns;

import io.agentstream.audio.MuLaw;
import io.agentstream.dev.simulator.caller.Speech;
import java.util.Arrays;
import java.util.SplittableRandom;

/// A telephone line on which sounds are laid beside and over each other: 8 kHz, 16 bits, mono. One thread.
final class Line {

    private static final int MAX_MS = 120_000;

    private int[] samples;

    /// @param lengthMs 0 to [#MAX_MS]; silence
    Line(long lengthMs) {
        samples = new int[samples(lengthMs)];
    }

    private static int samples(long ms) {
        if (ms < 0 || ms > MAX_MS) {
            throw new IllegalArgumentException("a line of " + ms + " ms");
        }
        return (int) ms * MuLaw.BYTES_PER_MS;
    }

    long lengthMs() {
        return samples.length / MuLaw.BYTES_PER_MS;
    }

    /// Makes the line longer by silence.
    Line silence(long ms) {
        samples = Arrays.copyOf(samples, samples.length + samples(ms));
        return this;
    }

    /// Lays a sound over the line, which is as long as it has to be.
    ///
    /// @param atMs where the sound begins
    /// @param gainDb how much louder than it is
    Line mix(short[] sound, long atMs, double gainDb) {
        int from = samples(atMs);
        if (from + sound.length > samples.length) {
            samples = Arrays.copyOf(samples, samples(roundedUp(from + sound.length)));
        }
        double gain = Math.pow(10, gainDb / 20);
        for (int i = 0; i < sound.length; i++) {
            samples[from + i] += (int) Math.round(sound[i] * gain);
        }
        return this;
    }

    private static long roundedUp(int samples) {
        return Math.ceilDiv((long) samples, MuLaw.BYTES_PER_MS);
    }

    /// Lays a sound over the whole line, again and again.
    Line under(short[] sound, double gainDb) {
        int length = samples.length;
        for (int at = 0; at < length; at += sound.length) {
            int part = Math.min(sound.length, length - at);
            double gain = Math.pow(10, gainDb / 20);
            for (int i = 0; i < part; i++) {
                samples[at + i] += (int) Math.round(sound[i] * gain);
            }
        }
        return this;
    }

    /// What the telephone carries of it: no line is quite still.
    Speech heard(SplittableRandom random) {
        byte[] muLaw = new byte[samples.length];
        for (int i = 0; i < samples.length; i++) {
            int sample = samples[i] + (int) Math.round(random.nextGaussian() * Sounds.LINE_NOISE);
            muLaw[i] = MuLaw.encode((short) Math.clamp(sample, Short.MIN_VALUE, Short.MAX_VALUE));
        }
        return Speech.ofMulaw(muLaw);
    }
}
