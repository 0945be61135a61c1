package io.agentstream.audio;

import java.util.Objects;

/// G.711 mu-law to and from 16-bit linear samples, bit-exact to the ITU's reference (G.711, table 2; G.191).
///
/// Two tables, filled once and never written again. Safe for any thread; the forms that take arrays allocate nothing.
public final class MuLaw {

    /// Samples, and bytes, in a second of telephone audio.
    public static final int SAMPLE_RATE_HZ = 8_000;

    /// Samples, and bytes, in a millisecond of telephone audio.
    public static final int BYTES_PER_MS = SAMPLE_RATE_HZ / 1_000;

    /// The byte that says "nothing": linear zero.
    public static final byte SILENCE = (byte) 0xFF;

    /// Added to a magnitude so that every segment starts at a power of two (14-bit scale).
    private static final int BIAS = 33;

    private static final int MAX_BIASED = 0x1FFF;

    /// Indexed by the upper 14 bits of the sample: the standard does not look at the lower two.
    private static final byte[] ENCODED = encodeTable();

    private static final short[] DECODED = decodeTable();

    private MuLaw() {
    }

    /// The mu-law byte of one sample.
    public static byte encode(short sample) {
        return ENCODED[(sample & 0xFFFF) >>> 2];
    }

    /// The sample of one mu-law byte: from -32124 to 32124.
    public static short decode(byte muLaw) {
        return DECODED[muLaw & 0xFF];
    }

    /// Encodes `length` samples of `from` into `to`. An index out of range throws before anything is written.
    public static void encode(short[] from, int fromOffset, byte[] to, int toOffset, int length) {
        Objects.checkFromIndexSize(fromOffset, length, from.length);
        Objects.checkFromIndexSize(toOffset, length, to.length);
        for (int i = 0; i < length; i++) {
            to[toOffset + i] = ENCODED[(from[fromOffset + i] & 0xFFFF) >>> 2];
        }
    }

    /// Decodes `length` bytes of `from` into `to`. An index out of range throws before anything is written.
    public static void decode(byte[] from, int fromOffset, short[] to, int toOffset, int length) {
        Objects.checkFromIndexSize(fromOffset, length, from.length);
        Objects.checkFromIndexSize(toOffset, length, to.length);
        for (int i = 0; i < length; i++) {
            to[toOffset + i] = DECODED[from[fromOffset + i] & 0xFF];
        }
    }

    /// All of `samples` in a new array.
    public static byte[] encode(short[] samples) {
        byte[] muLaw = new byte[samples.length];
        encode(samples, 0, muLaw, 0, samples.length);
        return muLaw;
    }

    /// All of `muLaw` in a new array.
    public static short[] decode(byte[] muLaw) {
        short[] samples = new short[muLaw.length];
        decode(muLaw, 0, samples, 0, muLaw.length);
        return samples;
    }

    private static byte[] encodeTable() {
        byte[] table = new byte[1 << 14];
        for (int index = 0; index < table.length; index++) {
            // The index is a 14-bit two's complement number; a negative one gets its one's complement as magnitude.
            boolean negative = index >= 1 << 13;
            int magnitude = negative ? table.length - 1 - index : index;
            int biased = Math.min(magnitude + BIAS, MAX_BIASED);
            int segment = 26 - Integer.numberOfLeadingZeros(biased);
            int step = (biased >> (segment + 1)) & 0x0F;
            int code = (segment << 4) | step;
            table[index] = (byte) ~(negative ? code | 0x80 : code);
        }
        return table;
    }

    private static short[] decodeTable() {
        short[] table = new short[256];
        for (int muLaw = 0; muLaw < table.length; muLaw++) {
            int code = ~muLaw & 0xFF;
            int segment = (code >> 4) & 0x07;
            int step = code & 0x0F;
            // The middle of the step, on the 14-bit scale, then moved up to 16 bits.
            int magnitude = (((2 * step + BIAS) << segment) - BIAS) << 2;
            table[muLaw] = (short) ((code & 0x80) != 0 ? -magnitude : magnitude);
        }
        return table;
    }
}
