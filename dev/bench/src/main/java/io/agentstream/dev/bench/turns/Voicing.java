package io.agentstream.dev.bench.turns;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.VoiceActivityDetector;
import io.agentstream.dev.simulator.caller.Speech;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// In which frames of a line the workers' detector hears a voice; each line is listened to once. One thread.
final class Voicing {

    static final int FRAME_BYTES = VoiceActivityDetector.FRAME_MS * MuLaw.BYTES_PER_MS;

    private final Map<Speech, BitSet> heard = new HashMap<>();

    /// A bit for each whole frame.
    BitSet of(Speech line) {
        return heard.computeIfAbsent(line, Voicing::listen);
    }

    static BitSet listen(Speech line) {
        byte[] muLaw = line.mulaw();
        BitSet voiced = new BitSet(muLaw.length / FRAME_BYTES);
        try (VoiceActivityDetector detector = VoiceActivityDetector.open()) {
            for (int at = 0; at + FRAME_BYTES <= muLaw.length; at += FRAME_BYTES) {
                int frame = at / FRAME_BYTES;
                detector.hear(muLaw, at, FRAME_BYTES, at / MuLaw.BYTES_PER_MS, (speech, endMs) -> voiced.set(frame, speech));
            }
        }
        return voiced;
    }
}
