package io.agentstream.dev.bench.load;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// One call's audio: three bytes with the frame's number, three with the call's, and noise that is the call's own, so that an
/// answer tells what it answers, and one that went to the wrong call is seen.
///
/// No byte is 0x7F: mu-law has two zeros, and whoever decodes and encodes again makes this one the other (ITU-T G.711).
final class NumberedNoise {

    static final int BYTES = 160;
    /// What three bytes hold whose highest bit is always set: most frames of a call, 11 hours, and most calls.
    static final int NUMBERS = 1 << 21;

    private static final int NUMBER_BYTES = 3;
    private static final byte SECOND_ZERO = 0x7F;

    private final byte[] audio = new byte[BYTES];

    NumberedNoise(int call, RandomGenerator random) {
        random.nextBytes(audio);
        for (int i = 0; i < BYTES; i++) {
            if (audio[i] == SECOND_ZERO) {
                audio[i] = 0;
            }
        }
        put(call, audio, NUMBER_BYTES);
        put(0, audio, 0);
    }

    /// Frame 0.
    byte[] audio() {
        return audio;
    }

    /// Writes frame `seq` to `to`.
    void write(int seq, byte[] to) {
        System.arraycopy(audio, 0, to, 0, BYTES);
        put(seq, to, 0);
    }

    /// The number as the 24 bits in which it is sent.
    static int sent(int number) {
        if (number >= NUMBERS) {
            throw new IllegalStateException("more than " + NUMBERS + " frames or calls");
        }
        return 0x808080 | ((number & 0x1FC000) << 2) | ((number & 0x3F80) << 1) | (number & 0x7F);
    }

    /// The number in 24 bits, or -1 where there is none.
    static int number(int bits) {
        return (bits & 0x808080) == 0x808080 ? ((bits & 0x7F0000) >> 2) | ((bits & 0x7F00) >> 1) | (bits & 0x7F) : -1;
    }

    /// The number of the frame at `at`, or -1 where it is not one of this call.
    int number(byte[] bytes, int at) {
        boolean ours = Arrays.equals(bytes, at + NUMBER_BYTES, at + BYTES, audio, NUMBER_BYTES, BYTES);
        return ours ? number(((bytes[at] & 0xFF) << 16) | ((bytes[at + 1] & 0xFF) << 8) | (bytes[at + 2] & 0xFF)) : -1;
    }

    private static void put(int number, byte[] to, int at) {
        int bits = sent(number);
        to[at] = (byte) (bits >> 16);
        to[at + 1] = (byte) (bits >> 8);
        to[at + 2] = (byte) bits;
    }
}
