package io.agentstream.agents.capture;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What was said, word by word: small letters without accents, and digits. Anything else parts words; an apostrophe is passed over, so
/// that "don't" is "dont" however it was written. Pure; any thread.
final class Tokens {

    private Tokens() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        fold(text).codePoints().forEach(each -> {
            if (Character.isLetterOrDigit(each)) {
                word.appendCodePoint(each);
            } else if (each != '\'' && each != '\u2019' && !word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        });
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /// Small letters without accents.
    static String fold(String text) {
        return Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
                .codePoints()
                .filter(each -> Character.getType(each) != Character.NON_SPACING_MARK)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
