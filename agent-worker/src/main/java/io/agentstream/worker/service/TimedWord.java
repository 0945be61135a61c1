package io.agentstream.worker.service;

/// A word and when it sounds.
///
/// @param startMs since the beginning of the audio that it belongs to
/// @param endMs not before `startMs`
public record TimedWord(String text, long startMs, long endMs) {

    /// Without the word.
    @Override
    public String toString() {
        return "TimedWord[" + startMs + ".." + endMs + "]";
    }
}
