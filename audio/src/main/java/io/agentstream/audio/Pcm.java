package io.agentstream.audio;

import java.util.Arrays;

/// Mono 16-bit linear audio.
///
/// The array is handed over, not copied: who makes a `Pcm` gives the array away, and who reads `samples()` must not
/// write into it. Kept to, a `Pcm` is safe for any thread. Two are equal when rate and samples are.
@SuppressWarnings("ArrayRecordComponent")
public record Pcm(int sampleRateHz, short[] samples) {

    public static final int MIN_SAMPLE_RATE_HZ = 1_000;
    public static final int MAX_SAMPLE_RATE_HZ = 192_000;

    /// Throws `IllegalArgumentException` for a rate outside of `MIN_SAMPLE_RATE_HZ` to `MAX_SAMPLE_RATE_HZ`.
    public Pcm {
        checkRate(sampleRateHz);
    }

    /// Telephone audio, decoded into a new array.
    public static Pcm ofMuLaw(byte[] muLaw) {
        return new Pcm(MuLaw.SAMPLE_RATE_HZ, MuLaw.decode(muLaw));
    }

    /// This audio as a telephone carries it: brought to 8 kHz where it is not, and encoded.
    public byte[] toMuLaw() {
        return MuLaw.encode(Resampler.resample(this, MuLaw.SAMPLE_RATE_HZ).samples());
    }

    /// The length, rounded down to whole milliseconds.
    public long durationMs() {
        return samples.length * 1_000L / sampleRateHz;
    }

    static void checkRate(int sampleRateHz) {
        if (sampleRateHz < MIN_SAMPLE_RATE_HZ || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
            throw new IllegalArgumentException("sample rate " + sampleRateHz + " Hz is not between "
                    + MIN_SAMPLE_RATE_HZ + " and " + MAX_SAMPLE_RATE_HZ);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pcm(int rate, short[] theirs) && rate == sampleRateHz && Arrays.equals(theirs, samples);
    }

    @Override
    public int hashCode() {
        return 31 * sampleRateHz + Arrays.hashCode(samples);
    }

    @Override
    public String toString() {
        return "Pcm[" + sampleRateHz + " Hz, " + samples.length + " samples]";
    }
}
