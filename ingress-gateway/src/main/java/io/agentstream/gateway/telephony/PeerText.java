package io.agentstream.gateway.telephony;

import org.jspecify.annotations.Nullable;

/// Makes text that came from a peer fit for events, databases and logs. Any thread.
public final class PeerText {

    /// Longest identifier that is taken for one.
    public static final int MAX_CHARS = 256;

    private static final char REPLACEMENT = '\uFFFD';

    private PeerText() {}

    /// `text` without what breaks its readers: controls and halves of surrogate pairs become U+FFFD.
    public static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(
                Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? REPLACEMENT : c));
        return out.toString();
    }

    /// A name: `text` without the space around it, cut to [#MAX_CHARS]; null where nothing is left.
    public static @Nullable String name(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        String stripped = text.strip();
        return clean(stripped.length() > MAX_CHARS ? stripped.substring(0, MAX_CHARS) : stripped);
    }

    /// An identifier, which is not cut because then it would be another one: null where it is empty or too long.
    static @Nullable String identifier(@Nullable String text) {
        return text == null || text.isBlank() || text.length() > MAX_CHARS ? null : clean(text);
    }
}
