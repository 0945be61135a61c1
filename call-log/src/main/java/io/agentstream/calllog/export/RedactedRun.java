package io.agentstream.calllog.export;

import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A run and its events as the API shows them, without what is personal: only fields that are named here stay, and only with values of the
/// form that they have.
final class RedactedRun {

    /// A word of our own: letters only, so that no number passes for one.
    private static final Pattern CODE = Pattern.compile("[a-z_]{1,40}");
    private static final Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z");
    private static final Pattern NAME = Pattern.compile("WR-AGS-[0-9]{8}");
    private static final Pattern CALL = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,9}(\\.[0-9]{1,9})?");

    private static final Map<String, Pattern> RUN = Map.ofEntries(
            Map.entry("name", NAME), Map.entry("call_id", CALL), Map.entry("mode", CODE), Map.entry("call_type", CODE),
            Map.entry("state", CODE), Map.entry("created_at", TIME), Map.entry("started_at", TIME), Map.entry("ended_at", TIME),
            Map.entry("disconnected_by", CODE), Map.entry("cost", DECIMAL));

    private static final Set<String> RUN_NUMBERS = Set.of("id", "agent_version", "duration_seconds");

    private static final Map<String, Pattern> EVENT = Map.of(
            "type", CODE, "at", TIME, "by", CODE, "end", CODE, "failure", CODE, "disconnected_by", CODE, "state", CODE,
            "first_heard_at", TIME, "first_played_at", TIME, "cost", DECIMAL);

    private static final Set<String> EVENT_NUMBERS = Set.of(
            "position", "seq", "number", "after", "turn", "speech_ms", "played_ms", "whole", "ms", "gap_ms", "epoch", "close_code",
            "duration_ms", "confirmed", "status", "tries", "slot");

    private RedactedRun() {}

    static ObjectNode run(ObjectNode run) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        copy(run, out, RUN, RUN_NUMBERS);
        out.put("agent_uuid", RedactedRecords.WORD);
        JsonNode failure = run.path("failure");
        if (failure.isObject()) {
            copy(failure, out.putObject("failure"), Map.of("code", CODE), Set.of());
        }
        JsonNode end = run.path("end");
        if (end.isObject()) {
            copy(end, out.putObject("end"), Map.of("by", CODE), Set.of("close_code"));
        }
        copy(run.path("initial_context"), out.putObject("initial_context"), Map.of("provider", CODE, "direction", CODE), Set.of());
        out.putObject("gathered_context");
        out.putObject("logs");
        copyCodes(run, out);
        if (run.path("outcome").isString()) {
            out.put("outcome", RedactedRecords.WORD);
        }
        return out;
    }

    static ObjectNode event(ObjectNode event) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        copy(event, out, EVENT, EVENT_NUMBERS);
        ObjectNode payload = out.putObject("payload");
        copy(event.path("payload"), payload, EVENT, EVENT_NUMBERS);
        copyCodes(event.path("payload"), payload);
        JsonNode check = event.path("payload").path("session_check");
        if (check.isObject()) {
            copy(check, payload.putObject("session_check"), Map.of(), EVENT_NUMBERS);
        }
        return out;
    }

    /// Which engine it is of, and nothing else: what an agent may say stands in it.
    static ObjectNode definition(JsonNode definition) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        String engine = code(definition.path("engine").asString(""));
        out.put("engine", engine == null ? RedactedRecords.WORD : engine);
        return out;
    }

    private static void copy(JsonNode from, ObjectNode to, Map<String, Pattern> texts, Set<String> numbers) {
        for (String field : List.copyOf(from.propertyNames())) {
            JsonNode value = from.path(field);
            Pattern form = texts.get(field);
            if (form != null && value.isString() && form.matcher(value.asString()).matches()) {
                to.put(field, value.asString());
            } else if (numbers.contains(field) && (value.isNumber() || value.isBoolean())) {
                to.set(field, value);
            }
        }
    }

    private static void copyCodes(JsonNode from, ObjectNode to) {
        if (from.path("faults").isArray()) {
            ArrayNode codes = to.putArray("faults");
            from.path("faults").forEach(each -> codes.add(code(each.asString(""))));
        }
    }

    static @Nullable List<String> codes(@Nullable List<String> texts) {
        return texts == null ? null : texts.stream().map(text -> CODE.matcher(text).matches() ? text : RedactedRecords.WORD).toList();
    }

    static @Nullable String code(@Nullable String text) {
        return text == null || CODE.matcher(text).matches() ? text : RedactedRecords.WORD;
    }

    static @Nullable String decimal(@Nullable String text) {
        return text != null && DECIMAL.matcher(text).matches() ? text : null;
    }
}
