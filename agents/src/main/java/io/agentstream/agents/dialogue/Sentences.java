package io.agentstream.agents.dialogue;

import java.util.List;
import java.util.stream.Stream;

/// What of a text can be spoken by itself. Pure.
///
/// @param whole what is complete, in order; none is blank
/// @param rest what may go on
record Sentences(List<String> whole, String rest) {

    /// Of a text that is still being written.
    static Sentences of(String text) {
        SentenceSplitter splitter = new SentenceSplitter();
        List<String> pieces = splitter.add(text);
        return new Sentences(spoken(pieces.stream()), splitter.rest());
    }

    /// Of a text that is complete.
    static List<String> all(String text) {
        SentenceSplitter splitter = new SentenceSplitter();
        List<String> pieces = splitter.add(text);
        return spoken(Stream.concat(pieces.stream(), splitter.finish().stream()));
    }

    private static List<String> spoken(Stream<String> pieces) {
        return pieces.map(String::strip).filter(piece -> !piece.isEmpty()).toList();
    }
}
