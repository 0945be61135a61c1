package io.agentstream.dev.simulator.caller;

import io.agentstream.audio.MuLaw;
import java.util.Arrays;

/// The frames of a telephone: 20 ms of mu-law at 8 kHz.
final class TelephoneFrame {

    static final int MS = 20;
    static final int BYTES = MS * MuLaw.BYTES_PER_MS;

    /// About -42 dBFS in the seven bits of magnitude.
    private static final int AUDIBLE = 0x18;

    /// So many audible samples make a frame speech; fewer are a click.
    private static final int AUDIBLE_SAMPLES = 8;

    private TelephoneFrame() {}

    static byte[] silence() {
        byte[] frame = new byte[BYTES];
        Arrays.fill(frame, MuLaw.SILENCE);
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
