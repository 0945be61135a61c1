package io.agentstream.orchestrator.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON as the API speaks it: strict on the way in, one spelling on the way out. Any thread.
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// The object in `body`; nothing, and an error, where there is none. The error never quotes the body: it may hold a
    /// secret.
    static Optional<ObjectNode> read(byte[] body, Errors errors) {
        try {
            if (MAPPER.readTree(body) instanceof ObjectNode object) {
                return Optional.of(object);
            }
            errors.add("body", "must be a JSON object");
        } catch (JacksonException broken) {
            TokenStreamLocation at = broken.getLocation();
            errors.add(
                    "body",
                    at == null
                            ? "is not valid JSON"
                            : "is not valid JSON, at line " + at.getLineNr() + ", column " + at.getColumnNr());
        }
        return Optional.empty();
    }

    static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /// A decimal string with two to four places.
    static @Nullable String decimal(@Nullable BigDecimal value) {
        if (value == null) {
            return null;
        }
        BigDecimal plain = value.stripTrailingZeros();
        return (plain.scale() < 2 ? plain.setScale(2) : plain).toPlainString();
    }

    /// A page of `rows`, which are one more than `limit` where there is a next page.
    static <T> ObjectNode page(
            List<T> rows, int limit, Cursor cursor, ToLongFunction<T> key, Function<T, ObjectNode> view) {
        boolean more = rows.size() > limit;
        List<T> shown = more ? rows.subList(0, limit) : rows;
        ObjectNode page = object();
        ArrayNode items = page.putArray("items");
        shown.forEach(row -> items.add(view.apply(row)));
        return page.put("next_cursor", more ? cursor.text(key.applyAsLong(shown.getLast())) : null);
    }
}
