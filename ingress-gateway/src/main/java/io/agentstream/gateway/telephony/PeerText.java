package io.agentstream.gateway.telephony;

import io.agentstream.schemas.WellFormed;
import org.jspecify.annotations.Nullable;

/// Makes text that came from a peer fit for events, databases and logs. Any thread.
public final class PeerText {

    /// Longest identifier that is taken for one, in characters as people count them.
    public static final int MAX_CHARS = 256;

    private static final char REPLACEMENT = '\uFFFD';

    /// Characters of a backslash, a u and four digits.
    private static final int ESCAPE = 6;

    private PeerText() {}

    /// `text` of one line without what breaks its readers: controls and halves of surrogate pairs become U+FFFD.
    public static String clean(String text) {
        return replaced(text, false);
    }

    /// `text` of any lines: only what no reader can keep, NUL and halves of surrogate pairs, becomes U+FFFD.
    public static String text(String text) {
        return replaced(text, true);
    }

    private static String replaced(String text, boolean ofLines) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isBad(c, ofLines)) {
                StringBuilder out = new StringBuilder(text.length());
                text.codePoints().forEach(each -> out.appendCodePoint(isBad(each, ofLines) ? REPLACEMENT : each));
                return out.toString();
            }
        }
        return text;
    }

    private static boolean isBad(int c, boolean ofLines) {
        return (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                || (ofLines ? c == 0 : Character.isISOControl(c));
    }

    /// A JSON text in which escapes that name half of a surrogate pair name U+FFFD instead.
    public static String wholeEscapes(String json) {
        StringBuilder out = new StringBuilder(json.length());
        int i = 0;
        while (i < json.length()) {
            int unit = escape(json, i);
            boolean pair = unit >= 0 && Character.isHighSurrogate((char) unit) && isLow(escape(json, i + ESCAPE));
            int length = pair ? 2 * ESCAPE : unit >= 0 ? ESCAPE : json.charAt(i) == '\\' ? 2 : 1;
            boolean half = unit >= 0 && !pair && Character.isSurrogate((char) unit);
            int end = Math.min(i + length, json.length());
            if (half) {
                out.append("\\ufffd");
            } else {
                out.append(json, i, end);
            }
            i = end;
        }
        return out.toString();
    }

    private static boolean isLow(int unit) {
        return unit >= 0 && Character.isLowSurrogate((char) unit);
    }

    /// The unit that the escape at `at` names; -1 where there is none.
    private static int escape(String json, int at) {
        if (at + ESCAPE > json.length() || json.charAt(at) != '\\' || json.charAt(at + 1) != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + ESCAPE; i++) {
            int digit = Character.digit(json.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            unit = 16 * unit + digit;
        }
        return unit;
    }

    /// A name: `text` without the space around it, cut to [#MAX_CHARS]; null where nothing is left.
    public static @Nullable String name(@Nullable String text) {
        return text == null || text.isBlank() ? null : clean(WellFormed.firstCharacters(text.strip(), MAX_CHARS));
    }

    /// An identifier, which is not cut because then it would be another one: null where it is empty or too long.
    public static @Nullable String identifier(@Nullable String text) {
        return text == null || text.isBlank() || WellFormed.characters(text) > MAX_CHARS ? null : clean(text);
    }
}
