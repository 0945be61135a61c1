package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.TimedWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes words of characters with times, across messages. One thread at a time; pure.
final class WordsOfLetters {

    private final StringBuilder word = new StringBuilder();
    private long startMs;
    private long endMs;

    /// @return the words that are complete now
    List<TimedWord> add(List<TimedWord> letters) {
        List<TimedWord> words = new ArrayList<>();
        for (TimedWord letter : letters) {
            if (letter.text().isBlank()) {
                finish().ifPresent(words::add);
            } else {
                startMs = word.isEmpty() ? letter.startMs() : startMs;
                endMs = Math.max(letter.endMs(), startMs);
                word.append(letter.text());
            }
        }
        return words;
    }

    Optional<TimedWord> finish() {
        if (word.isEmpty()) {
            return Optional.empty();
        }
        TimedWord complete = new TimedWord(word.toString(), startMs, endMs);
        word.setLength(0);
        return Optional.of(complete);
    }
}
