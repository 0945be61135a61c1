package io.agentstream.agents.definition;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;

/// What variables are at a moment: where templates and conditions find their values. Immutable; any thread. Does not print them.
///
/// A name is looked for in this order, and the first one counts, also where it is empty: what the system knows of call, run and time
/// (`call.id`, `now.date`), what the conversation has set, captured or been answered, what came with the call (built-in values, custom
/// parameters, the agent's template variables), and what the definition says in its `variables`. Behind the name, fields and places in a
/// list lead into a value: `order.items.0.name`.
///
/// @param system the [#NAMESPACES], by name
/// @param own what the conversation has set
/// @param call what came with the call
/// @param fallbacks what the definition says
public record Values(
        Map<String, JsonNode> system, Map<String, JsonNode> own, JsonNode call, Map<String, JsonNode> fallbacks) {

    /// What the system knows, by the names in front of the dot. `now` is in the agent's time zone.
    public static final Map<String, List<String>> NAMESPACES = Map.of(
            "call", List.of("id", "caller_number", "called_number", "direction", "provider"),
            "run", List.of("id", "name"),
            "now", List.of("date", "time", "weekday"));

    /// What every call has by itself, beside the [#NAMESPACES].
    public static final Set<String> BUILT_IN = Set.of("provider", "direction", "caller_number", "called_number");

    /// The key that was pressed last.
    public static final String DIGIT = "digit";

    /// How the last transfer ended: `connected`, `busy`, `no_answer`, `refused`, `failed`.
    public static final String TRANSFER = "transfer_result";

    /// What is being read back, in `confirm` only.
    public static final String VALUE = "value";

    /// Nothing is known.
    public static final Values NONE = new Values(Map.of(), Map.of(), JsonNodeFactory.instance.objectNode(), Map.of());

    private static final int MAX_STEPS = 16;

    private static final int MAX_NUMBER_CHARS = 26;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,9})?");

    /// With a value that the conversation gives to a variable.
    public Values with(String name, JsonNode value) {
        return with(Map.of(name, value));
    }

    /// With values that the conversation gives to variables, or that a tool was called with.
    public Values with(Map<String, JsonNode> more) {
        Map<String, JsonNode> newer = new LinkedHashMap<>(own);
        newer.putAll(more);
        return new Values(system, Map.copyOf(newer), call, fallbacks);
    }

    /// Missing where nothing of the name is known.
    public JsonNode find(String name) {
        String[] steps = name.split("\\.", MAX_STEPS);
        if (steps.length > 1 && call.has(name) && !NAMESPACES.containsKey(steps[0])) {
            return call.path(name); // a custom parameter may have a dot in its name, but not say who calls
        }
        JsonNode found = first(steps[0]);
        for (int step = 1; step < steps.length; step++) {
            found = found.isArray() ? item(found, steps[step]) : found.path(steps[step]);
        }
        return found;
    }

    private JsonNode first(String name) {
        for (Map<String, JsonNode> where : List.of(system, own)) {
            JsonNode found = where.get(name);
            if (found != null) {
                return found;
            }
        }
        return call.has(name) ? call.path(name) : fallbacks.getOrDefault(name, MissingNode.getInstance());
    }

    private static JsonNode item(JsonNode list, String place) {
        return place.length() <= 6 && place.chars().allMatch(each -> each >= '0' && each <= '9') && !place.isEmpty()
                ? list.path(Integer.parseInt(place))
                : MissingNode.getInstance();
    }

    /// A value as a text: of a list or an object its JSON, of nothing the empty one.
    public static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isFloatingPointNumber()) {
            return plain(value);
        }
        return value.isContainer() ? value.toString() : value.asString("");
    }

    /// A number, or a text that is one; none of more digits than any sum of money has, and none with an exponent: callers and brains say them, and
    /// one of them is enough to keep a processor for minutes. `+15550100` is none: telephone numbers are texts.
    public static Optional<BigDecimal> number(JsonNode value) {
        String text = text(value).strip();
        return text.length() <= MAX_NUMBER_CHARS && NUMBER.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
    }

    /// 3.0 is said as 3, and nothing as 3E5.
    private static String plain(JsonNode value) {
        if (value.isDouble() && !Double.isFinite(value.doubleValue())) {
            return value.asString(""); // what JSON wrote with an exponent that nothing can hold
        }
        BigDecimal number = value.decimalValue().stripTrailingZeros();
        return Math.abs(number.scale()) > 30 ? number.toString() : number.toPlainString();
    }

    @Override
    public String toString() {
        return "Values[" + own.keySet() + "]";
    }
}
