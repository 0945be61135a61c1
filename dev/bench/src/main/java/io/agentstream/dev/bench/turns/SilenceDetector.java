package io.agentstream.dev.bench.turns;

import io.agentstream.audio.SpeechEvent;
import io.agentstream.audio.SpeechSegmenter;
import io.agentstream.audio.SpeechSegmenter.Parameters;
import io.agentstream.audio.VoiceActivityDetector;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The simplest way, and what workers did at first: voice or not every 20 ms, a turn ends with a fixed silence, and whatever is taken for a voice
/// interrupts.
final class SilenceDetector implements TurnDetector {

    /// The silence that ended a turn in a worker, in ms.
    static final int AT_FIRST_MS = Parameters.DEFAULT.endAfterMs();

    private final Voicing voicing;
    private final SpeechSegmenter segmenter;

    /// @param silenceMs how long the caller is silent before the turn is over
    SilenceDetector(Voicing voicing, int silenceMs) {
        this.voicing = voicing;
        Parameters usual = Parameters.DEFAULT;
        segmenter = new SpeechSegmenter(new Parameters(
                usual.frameMs(), usual.onsetFrames(), usual.windowFrames(), usual.minimumSpeechMs(), silenceMs));
    }

    @Override
    public List<Verdict> hear(Scene scene) {
        List<Verdict> verdicts = new ArrayList<>();
        BitSet voiced = voicing.of(scene.audio());
        SpeechSegmenter.State state = SpeechSegmenter.State.SILENT;
        for (int frame = 0; frame < scene.audio().lengthBytes() / Voicing.FRAME_BYTES; frame++) {
            long endMs = (frame + 1L) * VoiceActivityDetector.FRAME_MS;
            state = segmenter.step(state, voiced.get(frame), endMs);
            switch (state.event()) {
                case SpeechEvent.Started _ -> {
                    verdicts.add(new Verdict(What.SILENT, endMs));
                    verdicts.add(new Verdict(What.BEGINS, endMs));
                }
                case SpeechEvent.Stopped _ -> verdicts.add(new Verdict(What.ENDS, endMs));
                case SpeechEvent.None _ -> { }
            }
        }
        return verdicts;
    }
}
