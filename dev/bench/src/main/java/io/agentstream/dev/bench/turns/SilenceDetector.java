package io.agentstream.dev.bench.turns;

import io.agentstream.audio.SpeechEvent;
import io.agentstream.audio.SpeechSegmenter;
import io.agentstream.audio.SpeechSegmenter.Parameters;
import io.agentstream.audio.VoiceActivityDetector;
import io.agentstream.dev.simulator.caller.Speech;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// What workers do today: voice or not every 20 ms, and a turn ends with a fixed silence.
final class SilenceDetector implements TurnDetector {

    /// The silence that ends a turn in a worker, in ms.
    static final int TODAY_MS = Parameters.DEFAULT.endAfterMs();

    private final Voicing voicing;
    private final SpeechSegmenter segmenter;

    /// @param silenceMs how long the caller is silent before the turn is over
    SilenceDetector(Voicing voicing, int silenceMs) {
        this.voicing = voicing;
        Parameters today = Parameters.DEFAULT;
        segmenter = new SpeechSegmenter(new Parameters(
                today.frameMs(), today.onsetFrames(), today.windowFrames(), today.minimumSpeechMs(), silenceMs));
    }

    @Override
    public List<Verdict> hear(Speech line) {
        List<Verdict> verdicts = new ArrayList<>();
        BitSet voiced = voicing.of(line);
        SpeechSegmenter.State state = SpeechSegmenter.State.SILENT;
        for (int frame = 0; frame < line.lengthBytes() / Voicing.FRAME_BYTES; frame++) {
            long endMs = (frame + 1L) * VoiceActivityDetector.FRAME_MS;
            state = segmenter.step(state, voiced.get(frame), endMs);
            switch (state.event()) {
                case SpeechEvent.Started _ -> verdicts.add(new Verdict(true, endMs));
                case SpeechEvent.Stopped _ -> verdicts.add(new Verdict(false, endMs));
                case SpeechEvent.None _ -> { }
            }
        }
        return verdicts;
    }
}
