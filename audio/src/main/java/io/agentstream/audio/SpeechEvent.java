package io.agentstream.audio;

/// What one more frame of audio says about the caller's speech. Times are media time, in milliseconds.
public sealed interface SpeechEvent {

    /// Nothing changed.
    SpeechEvent NONE = new None();

    /// The caller speaks, and has since `atMs`: the start of the first voiced frame, so a little before it was known.
    record Started(long atMs) implements SpeechEvent {
    }

    /// The caller is silent, and has been since `atMs`: the end of the last voiced frame.
    record Stopped(long atMs) implements SpeechEvent {
    }

    /// Nothing changed.
    record None() implements SpeechEvent {
    }
}
