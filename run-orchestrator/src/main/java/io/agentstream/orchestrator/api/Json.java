package io.agentstream.orchestrator.api;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON as the API speaks it: strict on the way in, one spelling on the way out. Of a name that stands twice the last one holds,
/// as in all JSON from outside. Any thread.
final class Json {
    /// Levels of a body. What is taken here goes on into records, which may have twice as many.
    static final int MAX_DEPTH = 32;

    static final int MAX_NAME_CHARACTERS = 1_000;
    private static final int MAX_NUMBER_CHARACTERS = 100;

    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME_CHARACTERS)
                    .maxNumberLength(MAX_NUMBER_CHARACTERS)
                    .build())
            .build());

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Json() {}

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// The object in `body`, all of which can be stored and published; nothing, and an error, where there is none. The error
    /// never quotes a value: it may be a secret.
    static Optional<ObjectNode> read(byte[] body, Errors errors) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException foreign) {
            errors.add("body", "is not UTF-8");
            return Optional.empty();
        }
        try (JsonParser parser = MAPPER.createParser(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
            return read(parser, errors);
        }
    }

    private static Optional<ObjectNode> read(JsonParser parser, Errors errors) {
        try {
            JsonNode node = MAPPER.readTree(parser);
            if (node instanceof ObjectNode object && parser.nextToken() == null) {
                JsonCheck.check(object, errors);
                return errors.isEmpty() ? Optional.of(object) : Optional.empty();
            }
            errors.add("body", "must be one JSON object");
        } catch (StreamConstraintsException tooMuch) {
            errors.add(
                    field(parser.streamReadContext()),
                    "has more than " + MAX_DEPTH + " levels, a name of more than " + MAX_NAME_CHARACTERS
                            + " characters or a number of more than " + MAX_NUMBER_CHARACTERS);
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

    /// The body's field that was being read.
    private static String field(@Nullable TokenStreamContext at) {
        TokenStreamContext inner = at;
        while (inner != null && inner.getParent() != null && !inner.getParent().inRoot()) {
            inner = inner.getParent();
        }
        String name = inner == null ? null : inner.currentName();
        return name == null ? "body" : name;
    }

    /// RFC 3339 in UTC with milliseconds, always.
    static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : timeOf(instant);
    }

    /// As [#time], of an instant that there is.
    static String timeOf(Instant instant) {
        return TIME.format(instant);
    }

    /// A decimal string with two to four places.
    static @Nullable String decimal(@Nullable BigDecimal value) {
        if (value == null) {
            return null;
        }
        BigDecimal plain = value.stripTrailingZeros();
        return (plain.scale() < 2 ? plain.setScale(2) : plain).toPlainString();
    }
}
