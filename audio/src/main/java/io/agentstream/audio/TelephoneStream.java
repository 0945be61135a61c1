package io.agentstream.audio;

import java.util.Arrays;

/// Makes telephone audio of linear audio while that comes: 16 bits, little-endian, mono, cut anywhere, also within a sample. What comes
/// out is what [Resampler] and [MuLaw] make of the whole, later by the reach of the filter (6 ms). One thread at a time.
public final class TelephoneStream {

    private final int ratio;
    private final Resampler resampler;
    private final int reach;
    /// What came before, as far as the filter still sees it, and behind it what is not yet turned into audio.
    private short[] window;
    private int filled;
    /// The first half of a sample, or -1.
    private int half = -1;

    /// @param fromHz a multiple of 8,000
    /// @throws IllegalArgumentException where it is none
    public TelephoneStream(int fromHz) {
        if (fromHz % MuLaw.SAMPLE_RATE_HZ != 0) {
            throw new IllegalArgumentException("sample rate " + fromHz + " Hz is no multiple of 8,000");
        }
        ratio = fromHz / MuLaw.SAMPLE_RATE_HZ;
        resampler = Resampler.of(fromHz, MuLaw.SAMPLE_RATE_HZ);
        reach = ratio == 1 ? 0 : Math.ceilDiv(resampler.reach(), ratio) * ratio;
        window = new short[reach];
        filled = reach;
    }

    /// @return the mu-law audio that is certain now; may be empty
    public byte[] add(byte[] bytes, int offset, int length) {
        append(bytes, offset, length);
        return take(Math.max(0, (filled - 2 * reach) / ratio));
    }

    /// @return the rest; half a sample at the end is dropped. Nothing may be added behind it
    public byte[] end() {
        int samples = Math.ceilDiv(filled - reach, ratio);
        int wanted = reach + samples * ratio + reach;
        window = Arrays.copyOf(Arrays.copyOf(window, filled), wanted);
        filled = wanted;
        return take(samples);
    }

    private void append(byte[] bytes, int offset, int length) {
        if (window.length < filled + length / 2 + 1) {
            window = Arrays.copyOf(window, filled + length / 2 + 1);
        }
        for (int i = offset; i < offset + length; i++) {
            if (half < 0) {
                half = bytes[i] & 0xFF;
            } else {
                window[filled++] = (short) (half | (bytes[i] << 8));
                half = -1;
            }
        }
    }

    private byte[] take(int samples) {
        if (samples == 0) {
            return new byte[0];
        }
        short[] seen = Arrays.copyOf(window, 2 * reach + samples * ratio);
        short[] telephone = ratio == 1 ? seen : resampler.resample(seen);
        byte[] muLaw = new byte[samples];
        MuLaw.encode(telephone, reach / ratio, muLaw, 0, samples);
        window = Arrays.copyOfRange(window, samples * ratio, filled);
        filled -= samples * ratio;
        return muLaw;
    }
}
