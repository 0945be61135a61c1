package io.agentstream.cli;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineText;
import io.agentstream.cli.text.Paint;
import io.agentstream.cli.text.Paint.Colour;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// What happened in a run, on a line: its time, its run, and what. What only a newer server knows is shown as it came.
final class EventLine {
    /// Said of an event once in its line, or of no use in it.
    private static final Set<String> BESIDE = Set.of("type", "call_id", "at", "seq", "number", "after", "epoch", "run", "turn");

    private static final Pattern FAULT = Pattern.compile("fault|silen|one_way|never|slow|lost|late");

    private EventLine() {}

    private record Said(Colour colour, String text) {}

    /// @param event as the stream has it
    static String of(JsonNode event, Paint paint) {
        String at = event.path("at").asString("");
        String type = event.path("type").asString("");
        Said said = said(type, event.path("payload"));
        return paint.in(Colour.FAINT, at.length() > 22 ? at.substring(11, 23) : at)
                + "  " + Paint.clean(event.path("run").path("name").asString(""))
                + "  " + paint.in(said.colour(), pad(type))
                + "  " + Paint.clean(said.text());
    }

    private static String pad(String type) {
        return String.format(Locale.ROOT, "%-12s", Paint.clean(type));
    }

    private static Said said(String type, JsonNode payload) {
        return switch (type) {
            case "offered" -> new Said(Colour.BLUE, fromTo(payload));
            case "created" -> new Said(Colour.BLUE, "admitted");
            case "started" -> new Said(Colour.BLUE, fromTo(payload));
            case "running" -> new Said(Colour.GREEN, "the agent is to talk");
            case "began" -> new Said(Colour.FAINT, "a worker holds the conversation");
            case "turn_started" -> new Said(Colour.FAINT, payload.path("by").asString("") + " begins to speak");
            case "heard" -> payload.path("digit").isString()
                    ? new Said(Colour.CYAN, "caller pressed " + payload.path("digit").asString(""))
                    : new Said(Colour.CYAN, "caller: " + words(payload));
            case "said" -> new Said(
                    Colour.GREEN,
                    "agent: " + words(payload)
                            + (payload.path("whole").asBoolean(true) ? "" : " (cut off after " + payload.path("played_ms").asLong(0) + " ms)"));
            case "interrupted" -> new Said(Colour.YELLOW, "the caller interrupts the agent");
            case "node_entered" -> new Said(Colour.MAGENTA, payload.path("node").asString(""));
            case "tool_called" -> new Said(
                    Colour.MAGENTA,
                    payload.path("tool").asString("") + payload.path("arguments")
                            + (payload.has("result") ? " = " + payload.path("result") : ""));
            case "latency" -> latency(payload.path("what").asString(""), payload.path("ms").asLong(0));
            case "hung_up" -> new Said(Colour.YELLOW, "the agent ends the call: " + payload.path("end").asString(""));
            case "resumed" -> new Said(
                    Colour.YELLOW, "another worker goes on, " + payload.path("gap_ms").asLong(0) + " ms were heard by nobody");
            case "used" -> new Said(Colour.FAINT, uses(payload.path("services")));
            case "ended" -> new Said(Colour.BLUE, "socket closed with " + payload.path("close_code").asInt(0) + reason(payload));
            case "completed" -> new Said(
                    faults(payload).isEmpty() ? Colour.BOLD : Colour.RED,
                    payload.path("end").asString("") + " after " + seconds(payload)
                            + (payload.path("outcome").isString() ? ", " + payload.path("outcome").asString("") : "") + faults(payload));
            case "failed" -> new Said(
                    Colour.RED, payload.path("failure").asString("") + ": " + payload.path("reason").asString("") + faults(payload));
            case "hang_up" -> payload.path("confirmed").asBoolean(false)
                    ? new Said(Colour.FAINT, "the provider has ended the call")
                    : new Said(Colour.RED, "the provider has not ended the call");
            default -> new Said(FAULT.matcher(type).find() ? Colour.RED : Colour.MAGENTA, fields(payload));
        };
    }

    /// An answer that was waited for too long is seen as it happens.
    private static Said latency(String what, long ms) {
        return what.equals("first_played") && ms > TimelineLimits.DEFAULT.slowTurnMs()
                ? new Said(Colour.RED, "slow: the answer was waited for " + TimelineText.seconds(ms))
                : new Said(Colour.FAINT, what + " after " + ms + " ms");
    }

    private static String uses(JsonNode services) {
        StringBuilder text = new StringBuilder();
        for (JsonNode use : services) {
            text.append(text.isEmpty() ? "" : ", ").append(use.path("vendor").asString(""));
            measure(text, use.path("input_tokens").asLong(0) + use.path("output_tokens").asLong(0), " tokens");
            measure(text, use.path("characters").asLong(0), " characters");
            measure(text, use.path("audio_ms").asLong(0), " ms");
        }
        return text.toString();
    }

    private static void measure(StringBuilder text, long amount, String of) {
        if (amount > 0) {
            text.append(' ').append(amount).append(of);
        }
    }

    /// What was wrong that nobody complained of.
    private static String faults(JsonNode payload) {
        StringBuilder text = new StringBuilder();
        for (JsonNode fault : payload.path("faults")) {
            String code = fault.asString("");
            text.append("; ").append(SilentFault.of(code).map(TimelineText::fault).orElse(code));
        }
        return text.toString();
    }

    private static String words(JsonNode payload) {
        String text = payload.path("text").asString("");
        return text.isEmpty() ? payload.path("speech_ms").asLong(0) + " ms of speech" : text;
    }

    private static String fromTo(JsonNode payload) {
        String from = payload.path("from").asString("");
        String to = payload.path("to").asString("");
        return (from.isEmpty() ? "" : "from " + from) + (to.isEmpty() ? "" : " to " + to);
    }

    private static String reason(JsonNode payload) {
        String reason = payload.path("close_reason").asString("");
        return reason.isEmpty() ? "" : ": " + reason;
    }

    private static String seconds(JsonNode payload) {
        return String.format(Locale.ROOT, "%.1f s", payload.path("duration_ms").asLong(0) / 1000.0);
    }

    private static String fields(JsonNode payload) {
        StringBuilder text = new StringBuilder();
        payload.properties().forEach(field -> {
            if (!BESIDE.contains(field.getKey())) {
                String value = field.getValue().isString() ? field.getValue().asString("") : field.getValue().toString();
                text.append(text.isEmpty() ? "" : ", ").append(field.getKey()).append(' ').append(value);
            }
        });
        return text.toString();
    }
}
