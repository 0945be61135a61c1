package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
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

    private static final Set<String> ANNOTATIONS = Set.of(
            "$schema", "$id", "$defs", "title", "description", "default", "x-refers", "x-template", "x-condition", "x-says", "x-shown");
    private static final Set<String> RULES = Set.of(
            "type", "const", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum", "items", "minItems", "maxItems",
            "uniqueItems", "properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties", "oneOf");

    static final AgentSchema PUBLISHED = new AgentSchema(read());

    private final JsonNode root;
    private final Map<String, Pattern> patterns = new HashMap<>();

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

    JsonNode resolved(JsonNode schema) {
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
            JsonNode fallback = fallback(each.getValue());
            if (!whole.has(each.getKey()) && !fallback.isMissingNode()) {
                whole.set(each.getKey(), complete(each.getValue(), fallback.deepCopy()));
            }
        }
        return whole;
    }

    /// What stands for a property that is left out; missing where nothing does. A reference may have one of its own.
    JsonNode fallback(JsonNode property) {
        return property.has("default") ? property.path("default") : resolved(property).path("default");
    }

    /// The form that a constant in one of the value's fields names.
    @Nullable JsonNode branch(JsonNode forms, JsonNode value, String at, Problems problems) {
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

    boolean fits(String pattern, String text) {
        Pattern compiled = patterns.get(pattern);
        return compiled != null && compiled.matcher(text).matches();
    }

    private static String constant(JsonNode form) {
        return form.path("properties").properties().stream()
                .filter(property -> property.getValue().has("const"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("one of several forms without a constant that tells it"));
    }
}
