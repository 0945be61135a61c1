package io.agentstream.orchestrator.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.postgresql.util.PGobject;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON in and out of `jsonb` columns. What a stranger sends may be JSON that PostgreSQL refuses (U+0000, half a surrogate
/// pair, numbers without end): it is made harmless on the way in, so that no caller can make a statement fail.
/// Any thread.
public final class Jsonb {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final char REPLACEMENT = '\uFFFD';

    /// More digits than any number a caller means; PostgreSQL's own limit is 131,072.
    private static final int MAX_NUMBER_DIGITS = 400;

    private Jsonb() {}

    /// `node` as a statement's parameter.
    public static PGobject parameter(JsonNode node) {
        PGobject value = new PGobject();
        value.setType("jsonb");
        try {
            value.setValue(text(node));
        } catch (SQLException impossible) {
            throw new IllegalStateException(impossible);
        }
        return value;
    }

    /// `node` as text that PostgreSQL reads as `jsonb`.
    static String text(JsonNode node) {
        return MAPPER.writeValueAsString(harmless(node));
    }

    /// The JSON of a column that is not null.
    public static JsonNode read(ResultSet row, String column) throws SQLException {
        return MAPPER.readTree(row.getString(column));
    }

    /// The object of a column that a check keeps an object.
    public static ObjectNode readObject(ResultSet row, String column) throws SQLException {
        return object(row.getString(column));
    }

    /// As [#readObject], of a column that was read as text.
    static ObjectNode object(String column) {
        return (ObjectNode) MAPPER.readTree(column);
    }

    /// `text` without what PostgreSQL's text cannot hold: U+0000 and lone surrogates become U+FFFD.
    public static String harmless(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                if (changed == null) {
                    changed = new StringBuilder(text);
                }
                changed.setCharAt(i, REPLACEMENT);
            }
        }
        return changed == null ? text : changed.toString();
    }

    static JsonNode harmless(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                ObjectNode copy = NODES.objectNode();
                for (Map.Entry<String, JsonNode> property : node.properties()) {
                    copy.set(harmless(property.getKey()), harmless(property.getValue()));
                }
                yield copy;
            }
            case ARRAY -> {
                ArrayNode copy = NODES.arrayNode();
                for (JsonNode element : node) {
                    copy.add(harmless(element));
                }
                yield copy;
            }
            case STRING -> NODES.stringNode(harmless(node.stringValue()));
            case NUMBER -> fits(node) ? node : NODES.nullNode();
            case BOOLEAN, NULL -> node;
            case BINARY, MISSING, POJO -> NODES.nullNode();
        };
    }

    private static boolean fits(JsonNode number) {
        if (number.isFloat() || number.isDouble()) {
            return Double.isFinite(number.doubleValue());
        }
        if (number.isBigDecimal()) {
            return number.decimalValue().precision() <= MAX_NUMBER_DIGITS
                    && Math.abs((long) number.decimalValue().scale()) <= MAX_NUMBER_DIGITS;
        }
        return !number.isBigInteger() || number.bigIntegerValue().bitLength() <= MAX_NUMBER_DIGITS * 3;
    }
}
