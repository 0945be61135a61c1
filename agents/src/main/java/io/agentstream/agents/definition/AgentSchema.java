package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The published JSON Schema of agents' definitions, which is also what definitions are read by: the same file says to an editor and to
/// the check what a document has, so that the two cannot differ. Immutable; any thread.
///
/// It is written in a part of JSON Schema 2020-12, and a file that needs more is refused when it is read: objects are closed, one of
/// several forms is told by a constant in one of its fields, and references stay within the file. What a schema cannot say is marked:
/// `x-refers` (the text is the name of something in the document), `x-template`, `x-condition`; `x-says` is what is said where a
/// pattern does not fit, and `x-shown` what the manual calls such a text.
public final class AgentSchema {

    private static final String RESOURCE = "/agent-schema.json";
    private static final String DEFINITIONS = "#/$defs/";
    private static final int MAX_SIZE_SHOWN = 1_000_000;

    private static final Set<String> ANNOTATIONS = Set.of(
            "$schema", "$id", "$defs", "title", "description", "default", "x-refers", "x-template", "x-condition", "x-says", "x-shown");
    private static final Set<String> RULES = Set.of(
            "type", "const", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum", "items", "minItems", "maxItems",
            "uniqueItems", "properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties", "oneOf");

    static final AgentSchema PUBLISHED = new AgentSchema(read());

    private final JsonNode root;
    private final Map<String, Pattern> patterns = new HashMap<>();

    /// What the text of a document is held against, beside its form.
    interface Texts {

        /// The text `name` is the name of one of `kind`.
        void refers(String at, String kind, String name);

        void template(String at, String text);

        void condition(String at, String text);
    }

    /// @throws IllegalStateException where it says what this class does not understand
    AgentSchema(JsonNode root) {
        this.root = root;
        understand(root);
        root.path("$defs").forEach(this::understand);
    }

    /// The schema as it is published.
    public static JsonNode json() {
        return PUBLISHED.root.deepCopy();
    }

    private static JsonNode read() {
        try (InputStream json = AgentSchema.class.getResourceAsStream(RESOURCE)) {
            if (json == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is missing");
            }
            return Json.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void understand(JsonNode schema) {
        boolean refers = schema.has("$ref");
        for (String keyword : schema.propertyNames()) {
            if (!ANNOTATIONS.contains(keyword) && !keyword.equals("$ref") && (refers || !RULES.contains(keyword))) {
                throw new IllegalStateException("a schema with " + keyword);
            }
        }
        if (refers) {
            target(schema);
        }
        if (schema.has("pattern")) {
            String pattern = schema.path("pattern").stringValue();
            if (!pattern.startsWith("^") || !pattern.endsWith("$")) {
                throw new IllegalStateException("a pattern that does not say where it begins and ends");
            }
            patterns.put(pattern, Pattern.compile(pattern.substring(1, pattern.length() - 1)));
        }
        schema.path("properties").forEach(this::understand);
        schema.path("oneOf").forEach(this::understand);
        for (String inner : Set.of("items", "additionalProperties", "propertyNames")) {
            if (schema.path(inner).isObject()) {
                understand(schema.path(inner));
            }
        }
    }

    private JsonNode target(JsonNode reference) {
        String to = reference.path("$ref").stringValue();
        JsonNode found = to.startsWith(DEFINITIONS) ? root.path("$defs").path(to.substring(DEFINITIONS.length())) : root.path("");
        if (!found.isObject()) {
            throw new IllegalStateException("a schema that refers to nothing: " + to);
        }
        return found;
    }

    private JsonNode resolved(JsonNode schema) {
        JsonNode found = schema;
        while (found.has("$ref")) {
            found = target(found);
        }
        return found;
    }

    /// One of the schema's definitions.
    JsonNode definition(String name) {
        JsonNode found = root.path("$defs").path(name);
        if (!found.isObject()) {
            throw new IllegalStateException("the schema does not define " + name);
        }
        return found;
    }

    /// Says what is wrong with the form of `value`, and gives its texts to `texts`.
    void check(JsonNode unresolved, JsonNode value, String at, Problems problems, Texts texts) {
        JsonNode schema = resolved(unresolved);
        if (schema.has("oneOf")) {
            JsonNode branch = branch(schema.path("oneOf"), value, at, problems);
            if (branch != null) {
                check(branch, value, at, problems, texts);
            }
        } else if (schema.has("const")) {
            if (!schema.path("const").equals(value)) {
                problems.add(at, "is not " + schema.path("const"));
            }
        } else if (isTyped(schema.path("type"), value, at, problems)) {
            if (value.isString()) {
                text(schema, value.stringValue(), at, problems, texts);
            } else if (value.isNumber()) {
                number(schema, value, at, problems);
            } else if (value.isArray()) {
                list(schema, value, at, problems, texts);
            } else if (value.isObject()) {
                object(schema, value, at, problems, texts);
            }
        }
    }

    /// `value` with everything that it leaves out and that has a default. Of a value that has been checked.
    JsonNode complete(JsonNode unresolved, JsonNode value) {
        JsonNode schema = resolved(unresolved);
        if (schema.has("oneOf")) {
            JsonNode branch = branch(schema.path("oneOf"), value, "", new Problems(0));
            return branch == null ? value : complete(branch, value);
        }
        if (value.isArray() && schema.has("items")) {
            ArrayNode whole = Json.MAPPER.createArrayNode();
            value.forEach(item -> whole.add(complete(schema.path("items"), item)));
            return whole;
        }
        if (!value.isObject() || !schema.path("type").asString("").equals("object")) {
            return value;
        }
        ObjectNode whole = Json.MAPPER.createObjectNode();
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            JsonNode inner = schema.path("properties").path(each.getKey());
            JsonNode own = inner.isObject() ? inner : schema.path("additionalProperties");
            whole.set(each.getKey(), own.isObject() ? complete(own, each.getValue()) : each.getValue());
        }
        for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
            JsonNode fallback = each.getValue().has("default") ? each.getValue().path("default") : resolved(each.getValue()).path("default");
            if (!whole.has(each.getKey()) && !fallback.isMissingNode()) {
                whole.set(each.getKey(), complete(each.getValue(), fallback.deepCopy()));
            }
        }
        return whole;
    }

    /// The form that a constant in one of the value's fields names.
    private @Nullable JsonNode branch(JsonNode forms, JsonNode value, String at, Problems problems) {
        if (!value.isObject()) {
            problems.add(at, "is not an object");
            return null;
        }
        String field = constant(resolved(forms.path(0)));
        JsonNode given = value.path(field);
        StringBuilder words = new StringBuilder();
        for (JsonNode form : forms) {
            JsonNode word = resolved(form).path("properties").path(field).path("const");
            if (word.equals(given)) {
                return form;
            }
            words.append(words.isEmpty() ? "" : ", ").append(word.stringValue());
        }
        problems.add(child(at, field), (given.isMissingNode() ? "is missing: " : "is not ") + "one of " + words);
        return null;
    }

    private static String constant(JsonNode form) {
        return form.path("properties").properties().stream()
                .filter(property -> property.getValue().has("const"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("one of several forms without a constant that tells it"));
    }

    private static boolean isTyped(JsonNode type, JsonNode value, String at, Problems problems) {
        if (type.isMissingNode()) {
            return true;
        }
        if (type.isArray()) {
            for (JsonNode each : type) {
                if (is(each.stringValue(), value)) {
                    return true;
                }
            }
            problems.add(at, "is not a text, a number, true or false");
            return false;
        }
        boolean typed = is(type.stringValue(), value);
        if (!typed) {
            problems.add(at, switch (type.stringValue()) {
                case "string" -> "is not a text";
                case "integer" -> "is not a whole number";
                case "number" -> "is not a number";
                case "boolean" -> "is not true or false";
                case "array" -> "is not a list";
                default -> "is not an object";
            });
        }
        return typed;
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isString();
            case "integer" -> isWhole(value);
            case "number" -> Double.isFinite(decimal(value));
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            default -> value.isObject();
        };
    }

    /// As JSON Schema has it, 7.0 is a whole number.
    private static boolean isWhole(JsonNode value) {
        double number = decimal(value);
        return Double.isFinite(number) && number == Math.rint(number);
    }

    /// Not a number where it is none, or a greater one than anybody means.
    private static double decimal(JsonNode value) {
        return value.isNumber() ? value.doubleValue(Double.NaN) : Double.NaN;
    }

    private void text(JsonNode schema, String text, String at, Problems problems, Texts texts) {
        int characters = text.codePointCount(0, text.length());
        int max = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        if (characters > max) {
            problems.add(at, "is longer than " + max + " characters");
        } else if (schema.has("enum") && !has(schema.path("enum"), text)) {
            problems.add(at, "is not one of " + words(schema.path("enum")));
        } else if (characters < schema.path("minLength").asInt(0)) {
            problems.add(at, "is empty");
        } else if (schema.has("pattern") && !fits(schema.path("pattern").stringValue(), text)) {
            problems.add(at, schema.path("x-says").asString("is not written as it should be"));
        } else {
            if (schema.has("x-refers")) {
                texts.refers(at, schema.path("x-refers").stringValue(), text);
            }
            if (schema.path("x-template").asBoolean(false)) {
                texts.template(at, text);
            }
            if (schema.path("x-condition").asBoolean(false)) {
                texts.condition(at, text);
            }
        }
    }

    private boolean fits(String pattern, String text) {
        Pattern compiled = patterns.get(pattern);
        return compiled != null && compiled.matcher(text).matches();
    }

    private static boolean has(JsonNode words, String text) {
        return words.valueStream().anyMatch(word -> word.stringValue().equals(text));
    }

    private static String words(JsonNode words) {
        return String.join(", ", words.valueStream().map(JsonNode::stringValue).toList());
    }

    private static void number(JsonNode schema, JsonNode value, String at, Problems problems) {
        if (!schema.has("minimum")) {
            return;
        }
        JsonNode least = schema.path("minimum");
        JsonNode most = schema.path("maximum");
        if (decimal(value) < least.doubleValue() || decimal(value) > most.doubleValue()) {
            problems.add(at, "is not a " + (schema.path("type").asString("").equals("integer") ? "whole number" : "number")
                    + " from " + least + " to " + most);
        }
    }

    private void list(JsonNode schema, JsonNode value, String at, Problems problems, Texts texts) {
        if (!isSized(schema.path("minItems").asInt(0), schema.path("maxItems").asInt(MAX_SIZE_SHOWN), value.size(), at, problems)) {
            return;
        }
        Set<JsonNode> seen = new HashSet<>();
        int index = 0;
        for (JsonNode item : value) {
            String place = child(at, Integer.toString(index++));
            if (!seen.add(item) && schema.path("uniqueItems").asBoolean(false)) {
                problems.add(place, "is there already");
            }
            check(schema.path("items"), item, place, problems, texts);
        }
    }

    private void object(JsonNode schema, JsonNode value, String at, Problems problems, Texts texts) {
        if (!isSized(
                schema.path("minProperties").asInt(0), schema.path("maxProperties").asInt(MAX_SIZE_SHOWN), value.size(), at, problems)) {
            return;
        }
        JsonNode known = schema.path("properties");
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.stringValue())) {
                problems.add(child(at, name.stringValue()), "is missing" + what(known.path(name.stringValue())));
            }
        }
        JsonNode others = schema.path("additionalProperties");
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            String name = each.getKey();
            String place = child(at, name);
            JsonNode inner = known.path(name);
            if (inner.isObject()) {
                check(inner, each.getValue(), place, problems, texts);
            } else if (others.isBoolean()) {
                problems.add(Problem.noField(at.isEmpty() ? "" : at + ".", name, schema.path("title").asString("this")));
            } else if (others.isObject() && isNamed(schema.path("propertyNames"), name, place, problems)) {
                check(others, each.getValue(), place, problems, texts);
            }
        }
    }

    private boolean isNamed(JsonNode names, String name, String at, Problems problems) {
        JsonNode schema = resolved(names);
        boolean good = schema.has("enum")
                ? has(schema.path("enum"), name)
                : !schema.has("pattern") || fits(schema.path("pattern").stringValue(), name);
        if (!good) {
            problems.add(at, schema.has("enum")
                    ? "has a name that is not one of " + words(schema.path("enum"))
                    : "has a name that " + schema.path("x-says").asString("is not written as it should be"));
        }
        return good;
    }

    private static boolean isSized(int least, int most, int size, String at, Problems problems) {
        if (size > most) {
            problems.add(at, "has " + size + " entries, more than " + most);
        } else if (size < least) {
            problems.add(at, "has fewer entries than " + least);
        }
        return size <= most && size >= least;
    }

    /// The first sentence of a description, as the end of another one.
    private static String what(JsonNode property) {
        String says = property.path("description").asString("");
        if (says.length() < 2) {
            return "";
        }
        int end = says.indexOf(". ") < 0 ? says.length() - 1 : says.indexOf(". ");
        String first = says.substring(0, end);
        return ": " + (Character.isLowerCase(says.charAt(1)) ? Character.toLowerCase(first.charAt(0)) + first.substring(1) : first);
    }
}
