package io.agentstream.agents;

import io.agentstream.agents.ScriptedDefinition.Node;
import io.agentstream.agents.ScriptedDefinition.Parsed;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.definition.Problem;
import io.agentstream.agents.definition.Template;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Checks the document of a [ScriptedDefinition]. For one use by one thread.
final class ScriptedParser {

    private static final Set<String> FIELDS = Set.of("engine", "voice", "start", "nodes", "farewell", "max_silences");
    private static final Set<String> NODE_FIELDS = Set.of(
            "say", "interruptible", "next", "on_digit", "on_speech", "on_silence", "hang_up", "max_visits", "outcome");
    private static final Set<String> SILENCE_FIELDS = Set.of("after_ms", "go");
    private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern OUTCOME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final String ANY = "any";

    private final List<Problem> problems = new ArrayList<>();
    private Set<String> names = Set.of();

    Parsed parse(JsonNode json) {
        if (!json.isObject()) {
            return new Parsed.Invalid(List.of(new Problem("", "is not an object")));
        }
        onlyFields(json, "", FIELDS, "a scripted agent");
        if (!json.path("engine").asString("").equals(ScriptedDefinition.ENGINE)) {
            problem("engine", "is not \"scripted\"");
        }
        String voice = text(json, "", "voice").orElse(ScriptedDefinition.DEFAULT_VOICE);
        if (!ScriptedDefinition.VOICES.contains(voice)) {
            problem("voice", "is not one of " + String.join(", ", ScriptedDefinition.VOICES));
        }
        String farewell = text(json, "", "farewell").orElse(ScriptedDefinition.DEFAULT_FAREWELL);
        int maxSilences = number(json, "", "max_silences", 1, 20, ScriptedDefinition.DEFAULT_MAX_SILENCES);
        Map<String, Node> nodes = nodes(json.path("nodes"));
        String start = target(json, "", "start");
        if (start == null && !json.has("start")) {
            problem("start", "is missing: the name of the first node");
        }
        if (!problems.isEmpty()) {
            return new Parsed.Invalid(List.copyOf(problems));
        }
        ScriptedDefinition definition = new ScriptedDefinition(
                voice, Objects.requireNonNull(start), Collections.unmodifiableMap(nodes), farewell, maxSilences);
        return new Parsed.Valid(definition, unreachable(definition));
    }

    private Map<String, Node> nodes(JsonNode json) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        if (!json.isObject() || json.isEmpty()) {
            problem("nodes", "is not an object with at least one node");
            return nodes;
        }
        if (json.size() > ScriptedDefinition.MAX_NODES) {
            problem("nodes", "has " + json.size() + " nodes, more than " + ScriptedDefinition.MAX_NODES);
            return nodes;
        }
        names = new LinkedHashSet<>(json.propertyNames());
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            if (!NODE_NAME.matcher(each.getKey()).matches()) {
                problem("nodes", "has a node whose name is not 1 to 64 letters, digits, _ or -");
            } else if (!each.getValue().isObject()) {
                problem("nodes." + each.getKey(), "is not an object");
            } else {
                node(each.getKey(), each.getValue()).ifPresent(node -> nodes.put(node.name(), node));
            }
        }
        return nodes;
    }

    private Optional<Node> node(String name, JsonNode json) {
        String at = "nodes." + name + ".";
        int before = problems.size();
        onlyFields(json, at, NODE_FIELDS, "a node");
        String say = text(json, at, "say").orElse("");
        Optional<Template> template = Template.parse(say);
        if (!json.has("say")) {
            problem(at + "say", "is missing: what the agent says");
        } else if (template.isEmpty()) {
            problem(at + "say", "has braces that are no variable such as {{caller_number}}");
        }
        Map<Character, String> onDigit = new LinkedHashMap<>();
        String onAnyDigit = digits(json, at, onDigit);
        String next = target(json, at, "next");
        String onSpeech = target(json, at, "on_speech");
        JsonNode silence = json.path("on_silence");
        boolean onSilence = !silence.isMissingNode();
        if (onSilence && !silence.isObject()) {
            problem(at + "on_silence", "is not an object such as {\"after_ms\": 8000, \"go\": \"node\"}");
        } else if (onSilence) {
            onlyFields(silence, at + "on_silence.", SILENCE_FIELDS, "on_silence");
        }
        int silenceMs = number(silence, at + "on_silence.", "after_ms", 500, 120_000, ScriptedDefinition.DEFAULT_SILENCE_MS);
        String silent = target(silence, at + "on_silence.", "go");
        boolean hangUp = flag(json, at, "hang_up", false);
        boolean interruptible = flag(json, at, "interruptible", true);
        int maxVisits = number(json, at, "max_visits", 1, 100, ScriptedDefinition.DEFAULT_MAX_VISITS);

        JsonNode outcome = json.path("outcome");
        if (!outcome.isMissingNode() && !(outcome.isString() && OUTCOME.matcher(outcome.stringValue()).matches())) {
            problem(at + "outcome", "is not 1 to 64 letters, digits, _ . or -");
        }

        boolean leads = json.has("next") || json.has("on_speech") || !json.path("on_digit").isEmpty() || silence.has("go");
        if (hangUp && (leads || onSilence)) {
            problem(at + "hang_up", "ends the call, so the node cannot lead on as well");
        } else if (!hangUp && !leads) {
            problem("nodes." + name, "is a dead end: give it next, on_digit, on_speech, on_silence.go or hang_up");
        } else if (json.has("next") && onSilence) {
            problem(at + "on_silence", "is never reached, because next leads on as soon as the line is said");
        }
        return problems.size() > before || template.isEmpty()
                ? Optional.empty()
                : Optional.of(new Node(
                        name, template.get(), interruptible, next, Map.copyOf(onDigit), onAnyDigit, onSpeech, silenceMs, silent,
                        hangUp, maxVisits, outcome.isMissingNode() ? null : outcome.stringValue()));
    }

    private @Nullable String digits(JsonNode json, String at, Map<Character, String> onDigit) {
        JsonNode digits = json.path("on_digit");
        if (digits.isMissingNode()) {
            return null;
        }
        if (!digits.isObject()) {
            problem(at + "on_digit", "is not an object such as {\"1\": \"node\", \"any\": \"node\"}");
            return null;
        }
        String any = null;
        for (String key : digits.propertyNames()) {
            if (key.equals(ANY)) {
                any = target(digits, at + "on_digit.", ANY);
            } else if (key.length() != 1 || Manners.ALL_DIGITS.indexOf(key.charAt(0)) < 0) {
                problem(at + "on_digit", "has a key that is not one of 0-9 * # A-D or any");
            } else {
                String target = target(digits, at + "on_digit.", key);
                if (target != null) {
                    onDigit.put(key.charAt(0), target);
                }
            }
        }
        return any;
    }

    /// The node that a field names; null where the field is not there or names none.
    private @Nullable String target(JsonNode json, String at, String field) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return null;
        }
        if (!value.isString()) {
            problem(at + field, "is not the name of a node");
            return null;
        }
        if (names.isEmpty()) {
            return null; // that there are no nodes is said already
        }
        if (!names.contains(value.stringValue())) {
            problem(at + field, "leads to a node that there is not");
            return null;
        }
        return value.stringValue();
    }

    private Optional<String> text(JsonNode json, String at, String field) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isString() || value.stringValue().isBlank()) {
            problem(at + field, "is not a text");
            return Optional.empty();
        }
        if (WellFormed.characters(value.stringValue()) > ScriptedDefinition.MAX_TEXT_CHARS) {
            problem(at + field, "is longer than " + ScriptedDefinition.MAX_TEXT_CHARS + " characters");
            return Optional.empty();
        }
        return Optional.of(value.stringValue());
    }

    private int number(JsonNode json, String at, String field, int least, int most, int fallback) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return fallback;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least || value.intValue() > most) {
            problem(at + field, "is not a whole number from " + least + " to " + most);
            return fallback;
        }
        return value.intValue();
    }

    private boolean flag(JsonNode json, String at, String field, boolean fallback) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return fallback;
        }
        if (!value.isBoolean()) {
            problem(at + field, "is not true or false");
            return fallback;
        }
        return value.booleanValue();
    }

    private void onlyFields(JsonNode json, String at, Set<String> known, String of) {
        for (String field : json.propertyNames()) {
            if (!known.contains(field)) {
                problem(Problem.noField(at, field, of));
            }
        }
    }

    private void problem(String field, String message) {
        problem(new Problem(field, message));
    }

    private void problem(Problem problem) {
        if (problems.size() < ScriptedDefinition.MAX_PROBLEMS) {
            problems.add(problem);
        }
    }

    private static List<Problem> unreachable(ScriptedDefinition definition) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(definition.start()));
        while (!open.isEmpty()) {
            String name = open.remove();
            if (reached.add(name)) {
                Node node = definition.node(name);
                Stream.concat(
                                Stream.of(node.next(), node.onAnyDigit(), node.onSpeech(), node.onSilence()),
                                node.onDigit().values().stream())
                        .filter(Objects::nonNull)
                        .forEach(open::add);
            }
        }
        return definition.nodes().keySet().stream()
                .filter(name -> !reached.contains(name))
                .map(name -> new Problem("nodes." + name, "is never reached"))
                .toList();
    }
}
