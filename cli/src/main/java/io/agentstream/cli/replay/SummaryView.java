package io.agentstream.cli.replay;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.calllog.timeline.TimelineText;
import io.agentstream.cli.text.Paint;
import io.agentstream.cli.text.Paint.Colour;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// The summary of a timeline as lines: what is wrong stands where it is seen. Any thread.
public final class SummaryView {

    private final Paint paint;

    public SummaryView(Paint paint) {
        this.paint = paint;
    }

    /// @param run as the API shows it
    /// @param summary as the API shows it
    public List<String> lines(JsonNode run, JsonNode summary) {
        List<String> lines = new ArrayList<>();
        lines.add(paint.in(Colour.BOLD, run.path("name").isMissingNode() ? "run" : text(run, "name")) + "  " + state(run, summary)
                + given("  ", text(summary, "accepted_at").replace('T', ' ').replaceFirst("\\..*", ""), " UTC"));
        row(lines, "call", numbers(run), given("agent version ", text(run, "agent_version"), ""),
                given("outcome ", text(summary, "outcome"), ""));
        row(lines, "length", seconds(summary.path("duration_ms")), summary.has("talk_ms") ? seconds(summary.path("talk_ms")) + " of talk" : "",
                summary.has("answered_after_ms") ? "answered after " + seconds(summary.path("answered_after_ms")) : "");
        row(lines, "turns", Long.toString(summary.path("turns").asLong(0)), slowest(summary), count(summary, "interruptions"), count(summary, "keys"),
                count(summary, "takeovers"));
        row(lines, "talk", talk(summary), summary.has("longest_silence")
                ? "longest silence " + seconds(summary.at("/longest_silence/ms")) + " at "
                        + TimelineView.time(summary.at("/longest_silence/from_ms").asLong(0))
                : "");
        row(lines, "frames", frames(summary.path("frames")));
        for (JsonNode fault : summary.path("faults")) {
            lines.add(paint.in(Colour.RED, "  fault   " + TimelineView.time(fault.path("at_ms").asLong(0)) + "  " + fault(fault)));
        }
        for (JsonNode gap : summary.path("gaps")) {
            lines.add(paint.in(Colour.RED, "  gap     " + gap(gap)));
        }
        return lines;
    }

    private String state(JsonNode run, JsonNode summary) {
        String state = text(run, "state");
        String failure = text(summary, "failure");
        String how = failure.isEmpty() ? text(summary, "end") : failure;
        Colour colour = switch (state) {
            case "completed" -> Colour.GREEN;
            case "failed" -> Colour.RED;
            default -> Colour.YELLOW;
        };
        return paint.in(colour, how.isEmpty() ? state : state + ", " + how)
                + given(", by ", text(summary, "disconnected_by"), "")
                + given(", closed with ", text(summary, "close_code"), "");
    }

    /// Of whatever a field holds, what can be shown: a file may have been made up by anybody.
    private static String text(JsonNode of, String field) {
        return Paint.clean(of.path(field).asString(""));
    }

    private static String numbers(JsonNode run) {
        String from = text(run.path("initial_context"), "caller_number");
        String to = text(run.path("initial_context"), "called_number");
        return from.isEmpty() && to.isEmpty() ? "" : (from.isEmpty() ? "unknown" : from) + " → " + (to.isEmpty() ? "unknown" : to);
    }

    private static String slowest(JsonNode summary) {
        JsonNode slowest = summary.path("slowest_turn");
        return !slowest.isObject() ? "" : "slowest answer " + seconds(slowest.path("ms")) + " at "
                + TimelineView.time(slowest.path("at_ms").asLong(0));
    }

    private static String count(JsonNode summary, String what) {
        int count = summary.path(what).asInt(0);
        return count == 0 ? "" : count == 1 ? "1 " + what.substring(0, what.length() - 1) : count + " " + what;
    }

    private static String talk(JsonNode summary) {
        JsonNode talk = summary.path("talk");
        long all = summary.path("talk_ms").asLong(0);
        if (!talk.isObject() || all == 0) {
            return "";
        }
        return share("caller", talk.path("caller_ms"), all) + share("agent", talk.path("agent_ms"), all)
                + share("silence", talk.path("silence_ms"), all).stripTrailing();
    }

    private static String share(String who, JsonNode ms, long all) {
        return ms.isNumber() ? String.format(Locale.ROOT, "%s %d %%  ", who, Math.round(100.0 * ms.asLong(0) / all)) : "";
    }

    private String frames(JsonNode frames) {
        int lost = frames.path("lost").asInt(0);
        int late = frames.path("late").asInt(0);
        String text = frames.path("received").asInt(0) + " of the caller"
                + (lost == 0 ? "" : ", " + lost + " missing (" + frames.path("lost_ms").asLong(0) + " ms)")
                + (late == 0 ? "" : ", " + late + " late (by up to " + frames.path("worst_late_ms").asLong(0) + " ms)");
        return lost + late == 0 ? text : paint.in(Colour.YELLOW, text);
    }

    private static String fault(JsonNode fault) {
        String code = text(fault, "fault");
        return SilentFault.of(code)
                .map(known -> TimelineText.fault(
                        known, fault.has("turn") ? Integer.valueOf(fault.path("turn").asInt(0)) : null,
                        fault.has("ms") ? Long.valueOf(fault.path("ms").asLong(0)) : null))
                .orElse(code.replace('_', ' '));
    }

    private static String gap(JsonNode gap) {
        return text(gap, "topic") + ": " + switch (text(gap, "why")) {
            case "deleted" -> "older records are deleted";
            case "lost" -> "records are missing";
            case "sealed" -> "cannot be opened, its key is destroyed or is not here";
            default -> text(gap, "why");
        };
    }

    private void row(List<String> lines, String what, String... parts) {
        StringBuilder row = new StringBuilder();
        for (String part : parts) {
            if (!part.isEmpty()) {
                row.append(row.isEmpty() ? "" : "   ").append(part);
            }
        }
        if (!row.isEmpty()) {
            lines.add("  " + paint.in(Colour.FAINT, String.format(Locale.ROOT, "%-6s", what)) + "  " + row);
        }
    }

    private static String seconds(JsonNode ms) {
        return TimelineText.seconds(ms.asLong(0));
    }

    private static String given(String before, String value, String behind) {
        return value.isEmpty() ? "" : before + value + behind;
    }
}
