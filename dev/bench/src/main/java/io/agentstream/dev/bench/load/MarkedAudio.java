package io.agentstream.dev.bench.load;

/// 20 ms of mu-law that carry their number in 16 stretches of 10 samples, loud or quiet: 12 bits of the number and 4 of a check.
/// What a low-pass filter, another codec or a change of volume do to it leaves the number readable.
final class MarkedAudio {

    static final int BYTES = 160;
    /// Numbers repeat after so many frames, 82 s.
    static final int NUMBERS = 1 << 12;
    /// What is there is no frame of ours.
    static final int NONE = -1;
    /// Nothing loud is there.
    static final int SILENCE = -2;

    private static final int STRETCHES = 16;
    private static final int STRETCH = BYTES / STRETCHES;
    /// The edges of a stretch are where a filter's delay puts the neighbour.
    private static final int EDGE = 2;
    /// Mu-law of about 8,000 and -8,000 of 32,767, and of 200 and -200.
    private static final byte LOUD_UP = (byte) 0x9F;
    private static final byte LOUD_DOWN = (byte) 0x1F;
    private static final byte QUIET_UP = (byte) 0xE7;
    private static final byte QUIET_DOWN = (byte) 0x67;
    /// Below this nothing counts as loud.
    private static final int LEAST_LOUD = 1_000;

    private MarkedAudio() {}

    /// Writes frame `seq` to `audio` from `at`.
    static void write(int seq, byte[] audio, int at) {
        int bits = coded(seq & (NUMBERS - 1));
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            boolean loud = ((bits >> stretch) & 1) != 0;
            for (int i = 0; i < STRETCH; i++) {
                boolean up = i < STRETCH / 2;
                audio[at + stretch * STRETCH + i] = loud ? (up ? LOUD_UP : LOUD_DOWN) : (up ? QUIET_UP : QUIET_DOWN);
            }
        }
    }

    /// The number of the frame that begins at `at`, from 0 to before [#NUMBERS], or [#NONE] or [#SILENCE].
    static int read(byte[] audio, int at) {
        int[] levels = new int[STRETCHES];
        int loudest = 0;
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            for (int i = EDGE; i < STRETCH - EDGE; i++) {
                levels[stretch] += magnitude(audio[at + stretch * STRETCH + i]);
            }
            levels[stretch] /= STRETCH - 2 * EDGE;
            loudest = Math.max(loudest, levels[stretch]);
        }
        if (loudest < LEAST_LOUD) {
            return SILENCE;
        }
        int bits = 0;
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            if (levels[stretch] * 2 > loudest) {
                bits |= 1 << stretch;
            } else if (levels[stretch] * 3 > loudest) {
                return NONE; // neither loud nor quiet: noise, or cut in the wrong place
            }
        }
        int number = bits & (NUMBERS - 1);
        return coded(number) == bits ? number : NONE;
    }

    /// The newest frame of number `number` among those sent.
    static int newest(int number, int sent) {
        int last = sent - 1;
        int seq = (last & -NUMBERS) | number;
        return seq <= last ? seq : seq - NUMBERS;
    }

    /// Never all quiet: the check of 0 is 15.
    private static int coded(int number) {
        int check = (number ^ (number >> 4) ^ (number >> 8) ^ 0xF) & 0xF;
        return (check << 12) | number;
    }

    /// How far a sample is from zero, of 32,767 (ITU-T G.711, table 2a).
    private static int magnitude(byte sample) {
        int code = ~sample & 0x7F;
        int segment = code >> 4;
        return (((code & 0xF) * 2 + 33) << (segment + 2)) - 132;
    }
}
