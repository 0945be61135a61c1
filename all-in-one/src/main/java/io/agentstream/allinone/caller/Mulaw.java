package io.agentstream.allinone.caller;

import java.util.Arrays;

/// The few facts about mu-law at 8 kHz that a telephone needs.
final class Mulaw {

    static final int BYTES_PER_MS = 8;
    static final int FRAME_MS = 20;
    static final int FRAME_BYTES = FRAME_MS * BYTES_PER_MS;
    static final byte SILENCE = (byte) 0xFF;

    /// About -42 dBFS in the seven bits of magnitude.
    private static final int AUDIBLE = 0x18;

    /// So many audible samples make a frame speech; fewer are a click.
    private static final int AUDIBLE_SAMPLES = 8;

    private Mulaw() {}

    static byte[] silence() {
        byte[] frame = new byte[FRAME_BYTES];
        Arrays.fill(frame, SILENCE);
        return frame;
    }

    static boolean isSpeech(byte[] frame) {
        int audible = 0;
        for (byte sample : frame) {
            if ((~sample & 0x7F) > AUDIBLE) {
                audible++;
            }
        }
        return audible >= AUDIBLE_SAMPLES;
    }
}
