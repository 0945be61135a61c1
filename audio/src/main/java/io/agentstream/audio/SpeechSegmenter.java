package io.agentstream.audio;

/// Turns a verdict per frame into "began to speak" and "fell silent", and is not taken in by clicks and line noise.
///
/// Pure: a state and a frame give the next state, which carries what happened. Any thread. Over silence nothing is
/// made; while somebody speaks, one small record per frame.
public final class SpeechSegmenter {

    /// Speech starts when `onsetFrames` of the last `windowFrames` are voiced (1 to 32) and `minimumSpeechMs` of voiced
    /// audio came together; it ends `endAfterMs` after the last voiced frame. Frames last `frameMs`.
    public record Parameters(int frameMs, int onsetFrames, int windowFrames, int minimumSpeechMs, int endAfterMs) {

        /// For frames of `VoiceActivityDetector`: a click, with the frames that the detector lets ring on, is too short
        /// to be speech; a short "yes" is not; half a second of silence ends a sentence.
        public static final Parameters DEFAULT =
                new Parameters(VoiceActivityDetector.FRAME_MS, 3, 5, 160, 500);

        /// The same, but that each stretch of speech ends by itself: whoever hears of them knows better which pauses are the caller's, and has other signs of
        /// what is speech, so that it is told soon.
        public static final Parameters STRETCHES = new Parameters(VoiceActivityDetector.FRAME_MS, 3, 5, 100, 200);

        /// The same for who has just spoken: it takes less to be sure.
        public static final Parameters FURTHER = new Parameters(VoiceActivityDetector.FRAME_MS, 3, 5, 60, 200);

        public Parameters {
            if (frameMs < 1 || frameMs > 100) {
                throw new IllegalArgumentException("frameMs is " + frameMs + ", not 1 to 100");
            }
            if (windowFrames < 1 || windowFrames > 32 || onsetFrames < 1 || onsetFrames > windowFrames) {
                throw new IllegalArgumentException("a start of " + onsetFrames + " out of " + windowFrames + " frames");
            }
            if (minimumSpeechMs < 0 || minimumSpeechMs > 10_000) {
                throw new IllegalArgumentException("minimumSpeechMs is " + minimumSpeechMs + ", not 0 to 10000");
            }
            if (endAfterMs < windowFrames * frameMs || endAfterMs > 60_000) {
                throw new IllegalArgumentException("endAfterMs is " + endAfterMs + ", not a window to 60000");
            }
        }
    }

    /// Where the segmenter is, and the `event` of the step that led here.
    ///
    /// `window` has one bit per frame, the newest lowest, set where it was voiced. `beganMs` and `voicedMs` belong to
    /// the run of voiced frames under way: its start, and how much voiced audio it has.
    public record State(
            boolean speaking, int window, long beganMs, long voicedMs, long lastVoicedMs, SpeechEvent event) {

        /// Before the first frame, and after every segment.
        public static final State SILENT = new State(false, 0, 0, 0, Long.MIN_VALUE, SpeechEvent.NONE);
    }

    private final Parameters parameters;
    private final int windowMask;
    private final long windowMs;

    public SpeechSegmenter(Parameters parameters) {
        this.parameters = parameters;
        windowMask = -1 >>> (32 - parameters.windowFrames());
        windowMs = (long) parameters.windowFrames() * parameters.frameMs();
    }

    /// Takes one frame: whether it is `voiced`, and the media time of its end, which does not go back. A jump in time is
    /// audio that was lost or never sent, and counts as silence.
    public State step(State state, boolean voiced, long endMs) {
        return state.speaking() ? speaking(state, voiced, endMs) : silent(state, voiced, endMs);
    }

    private State silent(State state, boolean voiced, long endMs) {
        boolean fresh = state.window() == 0 || endMs - state.lastVoicedMs() > windowMs;
        if (!voiced) {
            int window = fresh ? 0 : (state.window() << 1) & windowMask;
            if (window == 0) {
                return State.SILENT;
            }
            return new State(
                    false, window, state.beganMs(), state.voicedMs(), state.lastVoicedMs(), SpeechEvent.NONE);
        }
        int window = fresh ? 1 : ((state.window() << 1) | 1) & windowMask;
        long beganMs = fresh ? endMs - parameters.frameMs() : state.beganMs();
        long voicedMs = (fresh ? 0 : state.voicedMs()) + parameters.frameMs();
        boolean starts = dense(window) && voicedMs >= parameters.minimumSpeechMs();
        return new State(starts, window, beganMs, voicedMs, endMs,
                starts ? new SpeechEvent.Started(beganMs) : SpeechEvent.NONE);
    }

    private State speaking(State state, boolean voiced, long endMs) {
        long frameBeganMs = endMs - parameters.frameMs();
        if (frameBeganMs - state.lastVoicedMs() >= parameters.endAfterMs()) {
            // The silence was in a gap: this frame is already the first of what comes next.
            State next = silent(State.SILENT, voiced, endMs);
            return new State(false, next.window(), next.beganMs(), next.voicedMs(), next.lastVoicedMs(),
                    new SpeechEvent.Stopped(state.lastVoicedMs()));
        }
        int window = ((state.window() << 1) | (voiced ? 1 : 0)) & windowMask;
        // A lone voiced frame in a pause is a click: it does not keep the segment open.
        long lastVoicedMs = voiced && dense(window) ? endMs : state.lastVoicedMs();
        if (endMs - lastVoicedMs >= parameters.endAfterMs()) {
            return new State(false, 0, 0, 0, Long.MIN_VALUE, new SpeechEvent.Stopped(lastVoicedMs));
        }
        return new State(true, window, state.beganMs(), state.voicedMs(), lastVoicedMs, SpeechEvent.NONE);
    }

    private boolean dense(int window) {
        return Integer.bitCount(window) >= parameters.onsetFrames();
    }
}
