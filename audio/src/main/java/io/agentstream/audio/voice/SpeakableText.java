package io.agentstream.audio.voice;

import java.text.Normalizer;
import java.util.Map;
import java.util.regex.Pattern;

/// Any text as the printable ASCII that an English voice can read. Pure.
///
/// Accents go, signs that have a name get it, numbers that are no quantities are spelled, and what an English voice has
/// no word for (other scripts, emoji, control characters) becomes a space. Never fails.
final class SpeakableText {

    /// Longer words are broken: nobody says them, and a voice is not made for them.
    private static final int MAX_WORD_CHARS = 40;

    /// Letters and signs that do not come apart into ASCII by themselves.
    private static final Map<Character, String> SPOKEN = Map.ofEntries(
            Map.entry('ß', "ss"), Map.entry('æ', "ae"), Map.entry('Æ', "AE"), Map.entry('œ', "oe"),
            Map.entry('Œ', "OE"), Map.entry('ø', "o"), Map.entry('Ø', "O"), Map.entry('đ', "d"), Map.entry('Đ', "D"),
            Map.entry('ð', "th"), Map.entry('Ð', "Th"), Map.entry('þ', "th"), Map.entry('Þ', "Th"),
            Map.entry('ł', "l"), Map.entry('Ł', "L"), Map.entry('ı', "i"),
            Map.entry('\u2018', "'"), Map.entry('\u2019', "'"), Map.entry('\u2013', ", "), Map.entry('\u2014', ", "),
            Map.entry('\u2022', ", "), Map.entry('\u2044', " over "), Map.entry('\u2212', " minus "),
            Map.entry('\u20ac', " euros "), Map.entry('\u00a3', " pounds "), Map.entry('\u00a5', " yen "),
            Map.entry('\u00b0', " degrees "), Map.entry('\u00d7', " times "), Map.entry('\u00f7', " divided by "),
            Map.entry('\u00b1', " plus or minus "), Map.entry('\u00a7', " section "),
            Map.entry('&', " and "), Map.entry('@', " at "), Map.entry('+', " plus "), Map.entry('=', " equals "),
            Map.entry('*', " star "), Map.entry('#', " pound "));

    /// ASCII that a voice would stumble over and that has no sound of its own.
    private static final String SILENT = "_/\\|<>[]{}^`~\"";

    private static final Pattern NUMBERED = Pattern.compile("#(?=[0-9])");

    /// A code or a telephone number: five digits or more, or a leading zero that is not part of a time or a fraction.
    private static final Pattern SPELLED =
            Pattern.compile("(?<![0-9.,:$])(?:[0-9]{5,}|0[0-9]+)(?![0-9]*[.,:][0-9])");

    private static final Pattern LONG_WORD = Pattern.compile("[^ ]{" + MAX_WORD_CHARS + "}");
    private static final Pattern NEEDLESS_SPACES = Pattern.compile(" +(?=[,.;:!?](?: |$))| +(?= )");

    private SpeakableText() {
    }

    static String of(String text) {
        String apart = Normalizer.normalize(NUMBERED.matcher(text).replaceAll(" number "), Normalizer.Form.NFKD);
        StringBuilder ascii = new StringBuilder(apart.length() + 16);
        for (int i = 0; i < apart.length(); i++) {
            append(ascii, apart.charAt(i));
        }
        String spelled = SPELLED.matcher(ascii).replaceAll(number -> spelled(number.group()));
        String broken = LONG_WORD.matcher(spelled).replaceAll("$0 ");
        return NEEDLESS_SPACES.matcher(broken).replaceAll("").strip();
    }

    private static String spelled(String digits) {
        StringBuilder spelled = new StringBuilder(2 * digits.length());
        for (int i = 0; i < digits.length(); i++) {
            spelled.append(digits.charAt(i)).append(' ');
        }
        spelled.setLength(spelled.length() - 1);
        return spelled.toString();
    }

    private static void append(StringBuilder ascii, char c) {
        String spoken = SPOKEN.get(c);
        if (spoken != null) {
            ascii.append(spoken);
        } else if (c > ' ' && c < 0x7F && SILENT.indexOf(c) < 0) {
            ascii.append(c);
        } else if (!belongsToTheLetterBefore(c)) {
            ascii.append(' ');
        }
    }

    /// Accents that were taken off, soft hyphens and other invisible joints do not part a word.
    private static boolean belongsToTheLetterBefore(char c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT;
    }
}
