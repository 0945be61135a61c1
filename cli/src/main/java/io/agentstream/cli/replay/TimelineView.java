package io.agentstream.cli.replay;

import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.cli.text.Paint;
import io.agentstream.cli.text.Paint.Colour;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Entries of a timeline as lines: when, who, what, each below the other; what is long goes on below itself. Entries of a kind that only
/// a newer API knows are shown by their sentence. Any thread.
public final class TimelineView {

    /// Beginnings of speech are told again with what was said, and when an answer was sent with when it was heard.
    private static final Set<String> FOLDED_STAGES = Set.of("first_audio", "admission", "conversation");

    private static final int TIME_WIDTH = 9;
    private static final int WHO_WIDTH = 8;
    private static final String BETWEEN = "  ";
    private static final int INDENT = TIME_WIDTH + WHO_WIDTH + 3 * BETWEEN.length();
    private static final int LEAST_TEXT = 24;

    private final Paint paint;
    private final int textWidth;

    /// @param columns of the terminal
    public TimelineView(Paint paint, int columns) {
        this.paint = paint;
        this.textWidth = Math.max(LEAST_TEXT, columns - INDENT);
    }

    /// Whether the entry is left out where nobody has asked for its kind.
    public static boolean isFolded(JsonNode entry) {
        return kind(entry).equals("turn")
                || (kind(entry).equals("latency") && FOLDED_STAGES.contains(entry.path("stage").asString("")));
    }

    /// Where an entry stands in time: its beginning, of what lasts.
    public static long fromMs(JsonNode entry) {
        return entry.path("from_ms").asLong(entry.path("at_ms").asLong(0));
    }

    /// One or more lines.
    public List<String> lines(JsonNode entry) {
        Colour colour = colour(entry);
        List<String> text = wrap(Paint.clean(TimelineJson.line(entry)), textWidth);
        List<String> lines = new ArrayList<>();
        String who = String.format(Locale.ROOT, "%-" + WHO_WIDTH + "s", who(entry));
        lines.add(BETWEEN + paint.in(Colour.FAINT, time(fromMs(entry))) + BETWEEN + paint.in(colour, who) + BETWEEN
                + paint.in(isWhole(entry) ? colour : Colour.FAINT, text.getFirst()));
        for (String more : text.subList(1, text.size())) {
            lines.add(" ".repeat(INDENT) + paint.in(isWhole(entry) ? colour : Colour.FAINT, more));
        }
        return lines;
    }

    /// What is said is read, what is measured is looked at when something is wrong.
    private static boolean isWhole(JsonNode entry) {
        return switch (kind(entry)) {
            case "latency", "turn", "node", "lifecycle", "decision", "provider", "close" -> false;
            default -> true;
        };
    }

    private static String kind(JsonNode entry) {
        return entry.path("kind").asString("");
    }

    private static String who(JsonNode entry) {
        return switch (kind(entry)) {
            case "lifecycle" -> switch (entry.path("event").asString("")) {
                case "conversation_began" -> "worker";
                case "agent_hung_up" -> "agent";
                default -> "socket";
            };
            case "close" -> "socket";
            case "decision" -> "run";
            case "turn" -> entry.path("by").asString("");
            case "heard", "key" -> "caller";
            case "said", "interruption", "node", "tool" -> "agent";
            case "takeover" -> "worker";
            case "unreadable" -> "gap";
            default -> kind(entry);
        };
    }

    private static Colour colour(JsonNode entry) {
        return switch (kind(entry)) {
            case "said", "tool", "node" -> Colour.CYAN;
            case "heard", "key" -> Colour.GREEN;
            case "interruption", "silence", "frames", "takeover" -> Colour.YELLOW;
            case "fault", "gap", "unreadable" -> Colour.RED;
            case "decision", "provider" -> Colour.BLUE;
            default -> Colour.FAINT;
        };
    }

    /// As in `01:02.345`; of a call of hours the minutes go on.
    public static String time(long ms) {
        return String.format(Locale.ROOT, "%02d:%02d.%03d", ms / 60_000, ms / 1_000 % 60, ms % 1_000);
    }

    /// Pieces of at most `width` characters, broken at blanks where there are some.
    static List<String> wrap(String text, int width) {
        List<String> pieces = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            int at = blank > 0 ? blank : Character.isHighSurrogate(rest.charAt(width - 1)) ? width - 1 : width;
            pieces.add(rest.substring(0, at));
            rest = rest.substring(at).stripLeading();
        }
        pieces.add(rest);
        return pieces;
    }
}
