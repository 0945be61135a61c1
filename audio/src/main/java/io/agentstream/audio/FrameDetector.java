package io.agentstream.audio;

/// Says of each 20 ms of 8 kHz audio whether it holds speech, knowing what came before. One thread at a time.
///
/// The frame is an array that detector and owner share from the start, so that nothing is made or copied per frame.
interface FrameDetector extends AutoCloseable {

    /// The verdict on what the frame holds now.
    boolean speech();

    /// Forgets what came before. Not after `close`.
    void reset();

    /// Frees native memory where there is some. A second time does nothing.
    @Override
    void close();
}
