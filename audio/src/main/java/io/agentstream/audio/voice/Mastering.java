package io.agentstream.audio.voice;

import java.util.Arrays;

/// Makes speech ready for a telephone: no long silence around it, the loudness of a person who speaks into a handset,
/// and no clipped peak. Pure; for speech at 8 kHz.
final class Mastering {

    private static final int SAMPLES_PER_MS = 8;
    private static final int FRAME_SAMPLES = 20 * SAMPLES_PER_MS;

    /// What stays of the silence: enough to sound unhurried, little enough to answer at once.
    private static final int LEAD_IN_MS = 20;
    private static final int LEAD_OUT_MS = 120;

    /// Below this a sample is silence; full scale is 32768.
    private static final int SILENCE = 100;

    /// -16 dBFS: RMS over the frames in which somebody speaks.
    private static final double TARGET_RMS = 32_768 * Math.pow(10, -16.0 / 20);

    /// Frames more than 30 dB below the loudest are pauses.
    private static final double PAUSE_POWER = 1e-3;

    /// -1 dBFS: no peak goes higher.
    private static final double CEILING = 32_768 * Math.pow(10, -1.0 / 20);

    private static final double MAX_GAIN = 20;

    /// How far ahead of a peak, and behind it, the limiter turns the level down.
    private static final int LIMITER_SAMPLES = 5 * SAMPLES_PER_MS;

    private Mastering() {
    }

    /// Silence gives an empty array.
    static short[] master(short[] speech) {
        short[] trimmed = trim(speech);
        double rms = speechRms(trimmed);
        if (rms == 0) {
            return trimmed;
        }
        return limit(trimmed, Math.min(MAX_GAIN, TARGET_RMS / rms));
    }

    private static short[] trim(short[] speech) {
        int first = 0;
        while (first < speech.length && Math.abs(speech[first]) < SILENCE) {
            first++;
        }
        if (first == speech.length) {
            return new short[0];
        }
        int last = speech.length - 1;
        while (Math.abs(speech[last]) < SILENCE) {
            last--;
        }
        int from = Math.max(0, first - LEAD_IN_MS * SAMPLES_PER_MS);
        int to = Math.min(speech.length, last + 1 + LEAD_OUT_MS * SAMPLES_PER_MS);
        return Arrays.copyOfRange(speech, from, to);
    }

    /// The level of the speech, pauses left out; 0 where there is none.
    static double speechRms(short[] speech) {
        double[] powers = new double[Math.ceilDiv(speech.length, FRAME_SAMPLES)];
        for (int i = 0; i < speech.length; i++) {
            powers[i / FRAME_SAMPLES] += (double) speech[i] * speech[i] / FRAME_SAMPLES;
        }
        double pause = Arrays.stream(powers).max().orElse(0) * PAUSE_POWER;
        return Math.sqrt(Arrays.stream(powers).filter(power -> power > pause).average().orElse(0));
    }

    /// `speech` times `gain`; where that would be over the ceiling, the gain goes down and up again smoothly.
    private static short[] limit(short[] speech, double gain) {
        double[] smooth = smoothed(lowest(neededGains(speech, gain)));
        short[] limited = new short[speech.length];
        for (int i = 0; i < speech.length; i++) {
            limited[i] = (short) Math.round(speech[i] * smooth[i]);
        }
        return limited;
    }

    private static double[] neededGains(short[] speech, double gain) {
        double[] needed = new double[speech.length];
        for (int i = 0; i < speech.length; i++) {
            needed[i] = Math.min(gain, CEILING / Math.max(1, Math.abs(speech[i])));
        }
        return needed;
    }

    /// The lowest gain within `LIMITER_SAMPLES` of each sample.
    private static double[] lowest(double[] gains) {
        double[] lowest = new double[gains.length];
        for (int i = 0; i < gains.length; i++) {
            double low = gains[i];
            int to = Math.min(gains.length, i + LIMITER_SAMPLES + 1);
            for (int k = Math.max(0, i - LIMITER_SAMPLES); k < to; k++) {
                low = Math.min(low, gains[k]);
            }
            lowest[i] = low;
        }
        return lowest;
    }

    /// The mean within the same distance. Every value that goes into it is low enough for the sample, so it is too.
    private static double[] smoothed(double[] gains) {
        double[] sums = new double[gains.length + 1];
        for (int i = 0; i < gains.length; i++) {
            sums[i + 1] = sums[i] + gains[i];
        }
        double[] smooth = new double[gains.length];
        for (int i = 0; i < gains.length; i++) {
            int from = Math.max(0, i - LIMITER_SAMPLES);
            int to = Math.min(gains.length, i + LIMITER_SAMPLES + 1);
            smooth[i] = (sums[to] - sums[from]) / (to - from);
        }
        return smooth;
    }
}
