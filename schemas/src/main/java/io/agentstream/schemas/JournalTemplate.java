package io.agentstream.schemas;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The form of a step that comes often and differs in numbers only: an entry's JSON in which `{"#": n}` stands for number *n*. A journal
/// declares it once in a batch; each such entry is then a few bytes. Immutable; any thread.
public final class JournalTemplate {

    /// Most numbers of one.
    public static final int MAX_NUMBERS = 16;

    /// Longest JSON of one: what is read is made anew for each entry.
    static final int MAX_BYTES = 1_024;

    final byte[] json;
    final int numbers;
    private final JsonNode root;

    private JournalTemplate(byte[] json, JsonNode root, int numbers) {
        this.json = json;
        this.root = root;
        this.numbers = numbers;
    }

    /// @throws IllegalArgumentException where it is none
    public static JournalTemplate of(String json) {
        return parse(json.getBytes(StandardCharsets.UTF_8));
    }

    static JournalTemplate parse(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException("a template of " + json.length + " bytes");
        }
        try {
            JsonNode root = Json.MAPPER.readTree(json);
            int numbers = 1 + highest(root);
            if (!root.path("in").isObject() || !root.path("out").isArray() || numbers > MAX_NUMBERS) {
                throw new IllegalArgumentException("a template without input and effects, or of " + numbers + " numbers");
            }
            return new JournalTemplate(json, root, numbers);
        } catch (JacksonException bad) {
            throw new IllegalArgumentException("a template that is no JSON", bad);
        }
    }

    private static int hole(JsonNode node) {
        JsonNode number = node.path("#");
        return node.isObject() && node.size() == 1 && number.isInt() ? number.intValue() : -1;
    }

    private static int highest(JsonNode node) {
        int most = hole(node);
        if (most > MAX_NUMBERS) {
            throw new IllegalArgumentException("number " + most + " of a template");
        }
        for (JsonNode each : node) {
            most = Math.max(most, highest(each));
        }
        return most;
    }

    JournalEntry entry(long atMs, long[] values) {
        List<JsonNode> effects = new ArrayList<>();
        for (JsonNode each : root.path("out")) {
            effects.add(filled(each, values));
        }
        return new JournalEntry(atMs, filled(root.path("in"), values), List.copyOf(effects));
    }

    private static JsonNode filled(JsonNode node, long[] values) {
        int hole = hole(node);
        if (hole >= 0) {
            return JsonNodeFactory.instance.numberNode(values[hole]);
        }
        if (node.isObject()) {
            var copy = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(each -> copy.set(each.getKey(), filled(each.getValue(), values)));
            return copy;
        }
        if (node.isArray()) {
            var copy = JsonNodeFactory.instance.arrayNode();
            node.forEach(each -> copy.add(filled(each, values)));
            return copy;
        }
        return node;
    }
}
