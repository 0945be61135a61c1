package io.agentstream.audio;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// WebRTC's voice activity detector. Owns one native instance, until `close`.
final class WebRtcDetector implements FrameDetector {

    /// From 0 (anything may be speech) to 3 (only what surely is). On a telephone line 3 is the one that lets noise be.
    private static final int MODE = 3;

    private final WebRtcLibrary library;
    private final MemorySegment instance;
    private final MemorySegment frame;
    private final int frameSamples;
    private boolean closed;

    private WebRtcDetector(WebRtcLibrary library, short[] frame) {
        this.library = library;
        this.frame = MemorySegment.ofArray(frame);
        frameSamples = frame.length;
        instance = library.createInstance();
        library.resetInstance(instance, MODE);
    }

    /// A detector that looks at `frame`, or nothing where the native library does not run on this platform.
    static Optional<FrameDetector> open(short[] frame) {
        return Optional.ofNullable(WebRtcLibrary.INSTANCE).map(library -> new WebRtcDetector(library, frame));
    }

    @Override
    public boolean speech() {
        checkOpen();
        return library.processFrame(instance, frame, frameSamples);
    }

    @Override
    public void reset() {
        checkOpen();
        library.resetInstance(instance, MODE);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            library.freeInstance(instance);
        }
    }

    /// An instance that is freed must not reach the library: that would end the process.
    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the detector is closed");
        }
    }
}
