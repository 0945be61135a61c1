package io.agentstream.audio;

import java.math.BigInteger;

/// Brings audio from one sample rate to another: a low-pass at the lower of the two Nyquist frequencies (sinc under a
/// Kaiser window), evaluated only at the instants that are wanted (polyphase, rational ratio).
///
/// At 8 kHz the pass band is flat to 3.5 kHz and what lies above 4 kHz is 75 dB down. The output is not delayed: the
/// filter is centred, and the audio is silence before its first and after its last sample. Too loud peaks saturate.
/// Immutable: one resampler serves any thread.
public final class Resampler {

    /// Periods of the lower rate that the filter sees on each side: the width of the transition band, against time.
    private static final int HALF_WIDTH_PERIODS = 48;

    /// The middle of the transition band as a part of the lower Nyquist frequency; its upper end is at Nyquist.
    private static final double CUTOFF = 0.945;

    /// Kaiser's shape for 80 dB of stop band.
    private static final double KAISER_BETA = 7.86;

    /// Filters kept ready. All usual rates need fewer (44.1 kHz to 8 kHz: 80); with more, each is made when needed.
    private static final int MAX_READY_PHASES = 1_024;

    private final int up;
    private final int down;
    private final int halfTaps;
    private final double cutoffPerInputSample;
    private final float[][] readyPhases;

    private Resampler(int fromHz, int toHz) {
        int divisor = BigInteger.valueOf(fromHz).gcd(BigInteger.valueOf(toHz)).intValueExact();
        up = toHz / divisor;
        down = fromHz / divisor;
        double inputPerLowerPeriod = Math.max(1.0, (double) fromHz / toHz);
        halfTaps = (int) Math.ceil(HALF_WIDTH_PERIODS * inputPerLowerPeriod);
        cutoffPerInputSample = CUTOFF / inputPerLowerPeriod;
        readyPhases = new float[up <= MAX_READY_PHASES ? up : 0][];
        for (int phase = 0; phase < readyPhases.length; phase++) {
            readyPhases[phase] = design(phase);
        }
    }

    /// Throws `IllegalArgumentException` for a rate that `Pcm` does not allow. Worth keeping: it prepares the filter.
    public static Resampler of(int fromHz, int toHz) {
        Pcm.checkRate(fromHz);
        Pcm.checkRate(toHz);
        return new Resampler(fromHz, toHz);
    }

    /// `pcm` at `toHz`; the same object where it is so already.
    public static Pcm resample(Pcm pcm, int toHz) {
        if (pcm.sampleRateHz() == toHz) {
            return pcm;
        }
        return new Pcm(toHz, of(pcm.sampleRateHz(), toHz).resample(pcm.samples()));
    }

    /// How many samples of the input, on each side, an output depends on.
    int reach() {
        return halfTaps;
    }

    /// A new array of as many samples as cover the time of `input`, rounded up.
    public short[] resample(short[] input) {
        if (up == down) {
            return input.clone();
        }
        int length = Math.toIntExact(Math.ceilDiv((long) input.length * up, down));
        short[] output = new short[length];
        for (int i = 0; i < length; i++) {
            // Where output i lies on the input's time axis: a whole sample, and a phase of 1/up samples.
            long position = (long) i * down;
            int phase = (int) (position % up);
            float[] taps = readyPhases.length > 0 ? readyPhases[phase] : design(phase);
            output[i] = saturate(convolve(input, (int) (position / up) - halfTaps + 1, taps));
        }
        return output;
    }

    private static float convolve(short[] input, int first, float[] taps) {
        int from = Math.max(0, -first);
        int to = Math.min(taps.length, input.length - first);
        float sum = 0;
        for (int tap = from; tap < to; tap++) {
            sum += input[first + tap] * taps[tap];
        }
        return sum;
    }

    private static short saturate(float value) {
        return (short) Math.clamp(Math.round(value), Short.MIN_VALUE, Short.MAX_VALUE);
    }

    /// The filter for outputs that lie `phase / up` after an input sample; its sum is 1, so that level stays level.
    private float[] design(int phase) {
        double[] taps = new double[2 * halfTaps];
        double sum = 0;
        for (int tap = 0; tap < taps.length; tap++) {
            double distance = tap - (halfTaps - 1) - (double) phase / up;
            taps[tap] = sinc(cutoffPerInputSample * distance) * kaiser(distance / halfTaps);
            sum += taps[tap];
        }
        float[] normalised = new float[taps.length];
        for (int tap = 0; tap < taps.length; tap++) {
            normalised[tap] = (float) (taps[tap] / sum);
        }
        return normalised;
    }

    private static double sinc(double x) {
        double angle = Math.PI * x;
        return Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle;
    }

    /// The window at `x` from -1 to 1, and nothing outside.
    private static double kaiser(double x) {
        double inside = 1 - x * x;
        return inside < 0 ? 0 : besselI0(KAISER_BETA * Math.sqrt(inside)) / besselI0(KAISER_BETA);
    }

    /// The modified Bessel function of order zero, by its power series.
    private static double besselI0(double x) {
        double sum = 1;
        double term = 1;
        for (int k = 1; term > sum * 1e-12; k++) {
            term *= (x / (2 * k)) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }
}
