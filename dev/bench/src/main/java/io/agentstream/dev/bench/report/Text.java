package io.agentstream.dev.bench.report;

import java.util.Locale;

/// Words and numbers, the same in every country.
public final class Text {

    private Text() {}

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is in a library that is not worth having for this
    public static String of(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
