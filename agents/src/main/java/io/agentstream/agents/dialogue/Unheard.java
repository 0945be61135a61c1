package io.agentstream.agents.dialogue;

import java.util.ArrayList;
import java.util.List;

/// What of a text was not heard to its end, sentence by sentence. Pure.
final class Unheard {

    /// How long a character may sound: longer than any voice takes. Where a text is still being spoken, nobody knows how long it will be, and a
    /// sentence that is said twice is better than one that is never said.
    static final long SLOW_CHAR_MS = 110;

    private Unheard() {}

    /// By their length, as a text has no times of its sentences.
    ///
    /// @param audioMs how long the text sounds, as far as its audio has come
    /// @param isWhole whether all of it has come
    /// @param heardMs how much of that was heard
    static List<String> sentences(String text, long audioMs, boolean isWhole, long heardMs) {
        List<String> sentences = Sentences.all(text);
        long wholeMs = isWhole ? audioMs : Math.max(audioMs, text.length() * SLOW_CHAR_MS);
        List<String> rest = new ArrayList<>();
        long chars = 0;
        for (String sentence : sentences) {
            chars += sentence.length() + 1L;
            if (audioMs == 0 || wholeMs * chars / (text.length() + 1L) > heardMs) {
                rest.add(sentence);
            }
        }
        return List.copyOf(rest);
    }
}
