package io.agentstream.cli.text;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Colours, where what is written goes to a terminal that has them; elsewhere the text alone. What callers say may hold control
/// characters, which would be orders to the terminal: [#clean] takes them out. Any thread.
public final class Paint {
    private static final char ESCAPE = 27;

    private final boolean isOn;

    public enum Colour {
        FAINT(2),
        BOLD(1),
        RED(31),
        GREEN(32),
        YELLOW(33),
        BLUE(34),
        MAGENTA(35),
        CYAN(36);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    public Paint(boolean isOn) {
        this.isOn = isOn;
    }

    /// For this process's standard output, unless `NO_COLOR` is set or the terminal is a dumb one.
    ///
    /// @param out where the command writes
    @SuppressWarnings("SystemConsoleNull") // of another provider than the JDK's it may be
    public static Paint of(PrintStream out, Map<String, String> environment) {
        boolean isTerminal = out.equals(System.out) && System.console() != null && System.console().isTerminal();
        return new Paint(isTerminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb"));
    }

    public String in(Colour colour, String text) {
        return isOn && !text.isEmpty() ? ESCAPE + "[" + colour.code + "m" + text + ESCAPE + "[0m" : text;
    }

    /// The same, of what is not written yet.
    public static String cleanJson(JsonNode json) {
        return cleanJson(json.toString());
    }

    /// JSON that says the same, in which what a terminal would take for an order is escaped. Such characters are nowhere but in its strings.
    public static String cleanJson(String json) {
        StringBuilder clean = new StringBuilder(json.length());
        json.codePoints().forEach(point -> {
            if (isOrder(point)) {
                for (char unit : Character.toChars(point)) {
                    clean.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            } else {
                clean.appendCodePoint(point);
            }
        });
        return clean.toString();
    }

    /// On one line, without what a terminal would take for an order.
    public static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> clean.appendCodePoint(isOrder(point) ? ' ' : point));
        return clean.toString();
    }

    private static boolean isOrder(int point) {
        int kind = Character.getType(point);
        return kind == Character.CONTROL || kind == Character.FORMAT || kind == Character.SURROGATE
                || kind == Character.LINE_SEPARATOR || kind == Character.PARAGRAPH_SEPARATOR;
    }
}
