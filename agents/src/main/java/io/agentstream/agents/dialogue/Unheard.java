package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.Dialogue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sentence that was not heard to its end.
///
/// @param endMs where in the turn's audio it ends; [Dialogue#NEVER] where that is not known yet
record Unheard(String text, long endMs) {

    /// How long a character sounds that is spoken slowly. Where a text is still being spoken, nobody knows how long it will be, and a sentence that is
    /// said twice is better than one that is never said.
    static final long SLOW_CHAR_MS = 90;

    /// Those of a text, by their length: it has no times of its sentences.
    ///
    /// @param audioMs how long the text sounds, as far as its audio has come
    /// @param isWhole whether all of it has come
    /// @param heardMs how much of that was heard
    static List<Unheard> of(String text, long audioMs, boolean isWhole, long heardMs) {
        long wholeMs = isWhole ? audioMs : Math.max(audioMs, text.length() * SLOW_CHAR_MS);
        List<Unheard> rest = new ArrayList<>();
        long chars = 0;
        for (String sentence : Sentences.all(text)) {
            chars += sentence.length() + 1L;
            long endMs = audioMs == 0 ? Dialogue.NEVER : wholeMs * chars / (text.length() + 1L);
            if (endMs > heardMs) {
                rest.add(new Unheard(sentence, endMs));
            }
        }
        return List.copyOf(rest);
    }

    /// @param fromMs where in the turn the text begins; [Dialogue#NEVER] where that is not known yet
    Unheard behind(long fromMs) {
        return new Unheard(text, fromMs == Dialogue.NEVER || endMs == Dialogue.NEVER ? Dialogue.NEVER : fromMs + endMs);
    }

    static List<String> texts(List<Unheard> sentences) {
        return sentences.stream().map(Unheard::text).toList();
    }

    /// As a snapshot has them: as far as they are known.
    ///
    /// @param beforeMs how much of the turn was heard before it got the number under which it sounds now
    static List<Long> ends(List<Unheard> sentences, long beforeMs) {
        return sentences.stream().map(Unheard::endMs).takeWhile(endMs -> endMs != Dialogue.NEVER).map(endMs -> endMs - beforeMs).toList();
    }

    /// @param ends absent from older writers
    static List<Unheard> of(List<String> texts, @Nullable List<Long> ends) {
        List<Unheard> sentences = new ArrayList<>();
        List<Long> known = ends == null ? List.of() : ends;
        for (String text : texts) {
            sentences.add(new Unheard(text, sentences.size() < known.size() ? known.get(sentences.size()) : Dialogue.NEVER));
        }
        return List.copyOf(sentences);
    }

    /// How many of them were heard by then.
    static int heard(List<Unheard> sentences, long heardMs) {
        return (int) sentences.stream().takeWhile(sentence -> sentence.endMs() <= heardMs).count();
    }

    /// Without the sentence.
    @Override
    public String toString() {
        return "Unheard[" + text.length() + " characters, " + endMs + "]";
    }
}
