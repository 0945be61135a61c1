package io.agentstream.audio;

import java.util.Objects;

/// Listens to the audio of one call and says of every 20 ms whether it holds speech.
///
/// Owns some native memory until `close`, which must be called. One thread at a time, not always the same one. What
/// it keeps is bounded: one frame. Listening makes no objects.
public final class VoiceActivityDetector implements AutoCloseable {

    /// How much audio a verdict is about, in milliseconds.
    public static final int FRAME_MS = 20;

    static final int FRAME_SAMPLES = FRAME_MS * MuLaw.BYTES_PER_MS;

    /// Takes the verdicts, in order, while `hear` runs.
    @FunctionalInterface
    public interface Listener {

        /// The frame that ended at media time `endMs` holds speech, or does not.
        void frame(boolean speech, long endMs);
    }

    private final short[] frame;
    private final FrameDetector detector;
    private int filled;

    private VoiceActivityDetector(short[] frame, FrameDetector detector) {
        this.frame = frame;
        this.detector = detector;
    }

    /// WebRTC's detector behind a gate for silence, or a simpler one in Java where that does not run. Never fails for want of a library.
    public static VoiceActivityDetector open() {
        short[] frame = new short[FRAME_SAMPLES];
        FrameDetector detector = WebRtcDetector.open(frame)
                .<FrameDetector>map(webRtc -> new EnergyGate(frame, webRtc))
                .orElseGet(() -> new EnergyDetector(frame));
        return new VoiceActivityDetector(frame, detector);
    }

    /// The simpler detector, also where the other one would run.
    static VoiceActivityDetector openSimple() {
        short[] frame = new short[FRAME_SAMPLES];
        return new VoiceActivityDetector(frame, new EnergyDetector(frame));
    }

    /// Takes a piece of 8 kHz mu-law of any length, whose first byte is at media time `atMs`, and calls `listener` for
    /// each frame that is now complete. What is left waits for the next piece.
    ///
    /// Throws `IllegalStateException` after `close`; a listener that throws leaves the rest of the piece unheard.
    public void hear(byte[] muLaw, int offset, int length, long atMs, Listener listener) {
        Objects.checkFromIndexSize(offset, length, muLaw.length);
        int heard = 0;
        while (heard < length) {
            int taken = Math.min(length - heard, FRAME_SAMPLES - filled);
            MuLaw.decode(muLaw, offset + heard, frame, filled, taken);
            heard += taken;
            filled += taken;
            if (filled == FRAME_SAMPLES) {
                filled = 0;
                listener.frame(detector.speech(), atMs + heard / MuLaw.BYTES_PER_MS);
            }
        }
    }

    /// What the verdict is about, while a listener runs. Not to be changed.
    short[] frame() {
        return frame;
    }

    /// Forgets everything heard, as for a new call.
    public void reset() {
        filled = 0;
        detector.reset();
    }

    /// Frees the native memory. A second time does nothing.
    @Override
    public void close() {
        detector.close();
    }
}
