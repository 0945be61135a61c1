package io.agentstream.dev.simulator.caller;

import io.agentstream.audio.MuLaw;
import java.util.Arrays;

/// A stretch of telephone audio: mu-law, 8 kHz, mono. Cannot change.
public final class Speech {

    private final byte[] mulaw;

    private Speech(byte[] mulaw) {
        this.mulaw = mulaw;
    }

    /// Of raw mu-law bytes, 8 for a millisecond.
    public static Speech ofMulaw(byte[] mulaw) {
        return new Speech(mulaw.clone());
    }

    /// The bytes, in a new array.
    public byte[] mulaw() {
        return mulaw.clone();
    }

    /// Its length in milliseconds.
    public long lengthMs() {
        return mulaw.length / MuLaw.BYTES_PER_MS;
    }

    /// Its length in bytes.
    public int lengthBytes() {
        return mulaw.length;
    }

    /// How far into it its last sound is over, in milliseconds: with a whole frame of 20 ms that a caller's ear takes for speech; 0 where there is none.
    public long soundsUntilMs() {
        for (int frame = (mulaw.length - 1) / TelephoneFrame.BYTES; frame >= 0; frame--) {
            int from = frame * TelephoneFrame.BYTES;
            int to = Math.min(mulaw.length, from + TelephoneFrame.BYTES);
            if (TelephoneFrame.isSpeech(Arrays.copyOfRange(mulaw, from, to))) {
                return to / MuLaw.BYTES_PER_MS;
            }
        }
        return 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Speech speech && Arrays.equals(mulaw, speech.mulaw);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(mulaw);
    }

    @Override
    public String toString() {
        return "Speech[" + lengthMs() + " ms]";
    }
}
