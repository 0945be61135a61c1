package io.agentstream.orchestrator.store;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The part of an utterance in which the first of some words stands.
final class Snippet {
    private static final int BEFORE = 60;
    private static final int AFTER = 100;
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private Snippet() {}

    /// At most [#BEFORE] characters before the word and [#AFTER] from it on, cut between words.
    static String around(String utterance, List<String> words) {
        String text = BLANKS.matcher(utterance).replaceAll(" ").strip();
        int at = words.stream()
                .mapToInt(word -> indexOf(text.toLowerCase(Locale.ROOT), word))
                .filter(index -> index >= 0 && index < text.length())
                .min()
                .orElse(0);
        int from = at <= BEFORE ? 0 : blank(text, at - BEFORE, at);
        int to = text.length() - at <= AFTER ? text.length() : text.lastIndexOf(' ', at + AFTER);
        if (to <= at) {
            to = text.offsetByCodePoints(at, Math.min(AFTER, text.codePointCount(at, text.length())));
        }
        return (from > 0 ? "… " : "") + text.substring(from, to) + (to < text.length() ? " …" : "");
    }

    /// Behind the first blank of a stretch; its end where it has none.
    private static int blank(String text, int from, int to) {
        int blank = text.indexOf(' ', from);
        return blank >= 0 && blank < to ? blank + 1 : to;
    }

    /// Of the word alone; else of wherever its letters stand.
    private static int indexOf(String text, String word) {
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            boolean begins = at == 0 || !Character.isLetterOrDigit(text.codePointBefore(at));
            int end = at + word.length();
            if (begins && (end == text.length() || !Character.isLetterOrDigit(text.codePointAt(end)))) {
                return at;
            }
        }
        return text.indexOf(word);
    }
}
