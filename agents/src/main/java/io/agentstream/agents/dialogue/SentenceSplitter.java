package io.agentstream.agents.dialogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Cuts a text that is still being written into pieces that can be spoken: sentences, or where one does not end, clauses. The pieces put
/// together are the text. Numbers, initials and usual abbreviations do not end a sentence. One thread at a time; pure.
final class SentenceSplitter {

    /// From here on a comma is as good as a full stop.
    static final int LONG_CHARACTERS = 120;

    /// Longest piece.
    static final int MAX_CHARACTERS = 240;

    /// Something stands behind them, whatever it begins with.
    private static final Set<String> TITLES = Set.of(
            "mr", "mrs", "ms", "dr", "prof", "st", "rev", "hon", "gen", "col", "sgt", "capt", "lt", "gov", "messrs", "mt", "vs", "approx", "e.g", "i.e",
            "u.s", "u.k");

    /// A number stands behind them, or the sentence ends with them.
    private static final Set<String> BEFORE_NUMBERS = Set.of("no", "nr", "nos", "fig", "vol", "ext", "tel", "sec", "art", "jan", "feb", "mar", "apr",
            "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec");

    /// They may end a sentence: then a capital stands behind them.
    private static final Set<String> ANYWHERE = Set.of(
            "etc", "inc", "ltd", "co", "corp", "jr", "sr", "ave", "blvd", "rd", "dept", "est", "min", "max", "hrs", "sat", "sun", "mon",
            "tue", "wed", "thu", "fri");

    private static final String WIDE_ENDS = "。！？।";
    private static final String CLOSERS = "\"'”’)]»";

    private final StringBuilder text = new StringBuilder();
    /// Up to here no sentence ends.
    private int scanned;

    /// @return the pieces that are complete now
    List<String> add(String more) {
        text.append(more);
        List<String> pieces = new ArrayList<>();
        Optional<String> piece = next();
        while (piece.isPresent()) {
            pieces.add(piece.get());
            piece = next();
        }
        return pieces;
    }

    /// What may go on.
    String rest() {
        return text.toString();
    }

    /// The text has ended.
    ///
    /// @return what is left; nothing where nothing is
    Optional<String> finish() {
        return text.isEmpty() ? Optional.empty() : Optional.of(cut(text.length()));
    }

    private Optional<String> next() {
        for (int i = scanned; i < Math.min(text.length(), MAX_CHARACTERS); i++) {
            switch (endsAt(i)) {
                case YES -> {
                    int end = WIDE_ENDS.indexOf(text.charAt(i)) >= 0 || text.charAt(i) == '\n' ? i + 1 : closed(i + 1) + 1;
                    if (!text.substring(0, end).isBlank()) {
                        return end <= MAX_CHARACTERS ? Optional.of(cut(end)) : tooLong();
                    }
                }
                case UNKNOWN -> {
                    scanned = i;
                    return tooLong();
                }
                case NO -> { }
            }
        }
        scanned = Math.min(text.length(), MAX_CHARACTERS);
        return tooLong();
    }

    private enum Ends { YES, NO, UNKNOWN }

    /// Whether a sentence ends with the character at `i`.
    private Ends endsAt(int i) {
        char c = text.charAt(i);
        if (c == '\n' || WIDE_ENDS.indexOf(c) >= 0) {
            return Ends.YES;
        }
        if (".!?;:".indexOf(c) < 0) {
            return Ends.NO;
        }
        int behind = closed(i + 1);
        if (behind == text.length()) {
            return Ends.UNKNOWN;
        }
        if (!Character.isWhitespace(text.charAt(behind))) {
            return Ends.NO;
        }
        return c == '.' ? endsAtDot(i, behind) : Ends.YES;
    }

    private Ends endsAtDot(int i, int behind) {
        int from = i;
        while (from > 0 && !Character.isWhitespace(text.charAt(from - 1)) && "(\"'“‘".indexOf(text.charAt(from - 1)) < 0) {
            from--;
        }
        String word = text.substring(from, i).toLowerCase(Locale.ROOT);
        boolean first = text.substring(0, from).isBlank();
        if (TITLES.contains(word) || (first && !word.isEmpty() && word.chars().allMatch(Character::isDigit))) {
            return Ends.NO;
        }
        boolean initial = word.length() == 1 && Character.isUpperCase(text.charAt(from)) && !word.equals("i");
        if (initial) {
            return Ends.NO;
        }
        boolean dotted = word.indexOf('.') > 0 && word.chars().allMatch(each -> each == '.' || Character.isLetter(each));
        if (!dotted && !ANYWHERE.contains(word) && !BEFORE_NUMBERS.contains(word)) {
            return Ends.YES;
        }
        int next = behind;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        if (next == text.length()) {
            return Ends.UNKNOWN;
        }
        char after = text.charAt(next);
        return (BEFORE_NUMBERS.contains(word) ? !Character.isDigit(after) : Character.isUpperCase(after)) ? Ends.YES : Ends.NO;
    }

    /// Behind quotes and brackets that close, and further full stops.
    private int closed(int from) {
        int at = from;
        while (at < text.length() && (CLOSERS.indexOf(text.charAt(at)) >= 0 || ".!?".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }

    private Optional<String> tooLong() {
        if (text.length() <= LONG_CHARACTERS) {
            return Optional.empty();
        }
        int comma = text.lastIndexOf(", ", MAX_CHARACTERS - 2);
        if (comma >= LONG_CHARACTERS / 3) {
            return Optional.of(cut(comma + 2));
        }
        if (text.length() <= MAX_CHARACTERS) {
            return Optional.empty();
        }
        int blank = text.lastIndexOf(" ", MAX_CHARACTERS - 1);
        int end = blank > 0 ? blank + 1 : MAX_CHARACTERS;
        return Optional.of(cut(Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end));
    }

    private String cut(int end) {
        String piece = text.substring(0, end);
        text.delete(0, end);
        scanned = 0;
        return piece;
    }
}
