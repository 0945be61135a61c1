package io.agentstream.gateway.telephony;

import org.jspecify.annotations.Nullable;

/// Makes text that came from a peer fit for events, databases and logs. Any thread.
public final class PeerText {

    /// Longest identifier that is taken for one.
    public static final int MAX_CHARS = 256;

    private static final char REPLACEMENT = '\uFFFD';

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

    /// The first `chars` characters, one less where a pair would be cut in two.
    public static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars);
    }

    /// A name: `text` without the space around it, cut to [#MAX_CHARS]; null where nothing is left.
    public static @Nullable String name(@Nullable String text) {
        return text == null || text.isBlank() ? null : clean(cut(text.strip(), MAX_CHARS));
    }

    /// An identifier, which is not cut because then it would be another one: null where it is empty or too long.
    public static @Nullable String identifier(@Nullable String text) {
        return text == null || text.isBlank() || text.length() > MAX_CHARS ? null : clean(text);
    }
}
