package io.agentstream.orchestrator.store;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// Puts the words of a run's utterances together, in their order, as PostgreSQL reads a `tsvector`. Between two utterances there is a
/// gap, so that no phrase reaches from one speaker's words into the other's. What PostgreSQL cannot keep is left out: words of more than
/// [#MAX_LEXEME_BYTES], those behind the first [#MAX_BYTES], and where a word stands behind the first [#MAX_POSITION]. One thread.
final class TranscriptVector {
    private static final int MAX_LEXEME_BYTES = 1_000;
    private static final int MAX_BYTES = 800_000;
    private static final int MAX_POSITION = 16_383;
    /// What a word and a place take beside the word's own bytes.
    private static final int WORD_BYTES = 8;
    private static final int PLACE_BYTES = 2;

    private final String prefix;
    private final Map<String, StringBuilder> words = new LinkedHashMap<>();
    private int utterance = -1;
    private int base;
    private int last;
    private int bytes;

    /// @param prefix what stands before each word
    TranscriptVector(String prefix) {
        this.prefix = prefix;
    }

    /// @param number of the utterance; those of one come together
    /// @param positions where the word stands in it, from 1
    void add(int number, String lexeme, Short[] positions) {
        if (number != utterance) {
            base = utterance < 0 ? 0 : last + 1;
            utterance = number;
        }
        for (short position : positions) {
            last = Math.max(last, base + position);
        }
        int lexemeBytes = lexeme.getBytes(StandardCharsets.UTF_8).length;
        StringBuilder places = words.get(lexeme);
        int more = (places == null ? prefix.length() + lexemeBytes + WORD_BYTES : 0) + PLACE_BYTES * positions.length;
        if (lexemeBytes > MAX_LEXEME_BYTES || bytes + more > MAX_BYTES) {
            return;
        }
        bytes += more;
        if (places == null) {
            places = new StringBuilder();
            words.put(lexeme, places);
        }
        for (short position : positions) {
            int place = base + position;
            if (place <= MAX_POSITION) {
                places.append(places.isEmpty() ? ":" : ",").append(place);
            }
        }
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        words.forEach((lexeme, places) -> text.append('\'')
                .append(prefix)
                .append(lexeme.replace("\\", "\\\\").replace("'", "''"))
                .append('\'')
                .append(places)
                .append(' '));
        return text.toString();
    }
}
