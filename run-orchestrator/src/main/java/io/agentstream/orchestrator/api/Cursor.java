package io.agentstream.orchestrator.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Marks the place where a page ended, in a form that clients do not read. A cursor of one list is none of another.
enum Cursor {
    AGENTS,
    VERSIONS,
    CONFIGURATIONS,
    RUNS,
    EVENTS;

    private static final int MAX_CHARACTERS = 64;
    private static final Pattern FORM = Pattern.compile("[0-9]{1,18}");

    String text(long position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((name() + ":" + position).getBytes(StandardCharsets.US_ASCII));
    }

    OptionalLong position(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return OptionalLong.empty();
        }
        String plain;
        try {
            plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException foreign) {
            return OptionalLong.empty();
        }
        String start = name() + ":";
        return plain.startsWith(start) && FORM.matcher(plain.substring(start.length())).matches()
                ? OptionalLong.of(Long.parseLong(plain.substring(start.length())))
                : OptionalLong.empty();
    }
}
