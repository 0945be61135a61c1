package io.agentstream.schemas;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Texts of others as they can be written: half of a surrogate pair, which JSON can name and UTF-8 cannot write, becomes U+FFFD. Pure.
public final class WellFormed {

    private static final char REPLACEMENT = '\uFFFD';

    private WellFormed() {}

    /// The text itself where nothing is wrong with it.
    public static String text(String text) {
        StringBuilder mended = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                mended = mended == null ? new StringBuilder(text) : mended;
                mended.setCharAt(i, REPLACEMENT);
            }
        }
        return mended == null ? text : mended.toString();
    }

    /// The beginning of a text, of at most so many characters, that ends within no pair.
    public static String beginning(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        boolean splits = maxChars > 0 && Character.isHighSurrogate(text.charAt(maxChars - 1));
        return text.substring(0, splits ? maxChars - 1 : maxChars);
    }

    /// How many characters a person counts, to whom a pair of surrogates is one.
    public static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    /// The beginning of a text, of at most so many characters as a person counts them.
    public static String firstCharacters(String text, int most) {
        return text.length() <= most || characters(text) <= most ? text : text.substring(0, text.offsetByCodePoints(0, most));
    }

    /// What was read from a JSON text, with every text in it well-formed. A name with half of a pair is refused by the reader.
    ///
    /// @param from the JSON: where no escape in it names a surrogate, the value is given back as it is
    public static JsonNode json(JsonNode value, String from) {
        return from.contains("\\ud") || from.contains("\\uD") ? json(value) : value;
    }

    /// As above, of a text that is not at hand any more: a value with nothing wrong in it is given back as it is.
    public static JsonNode json(JsonNode value) {
        return isWellFormed(value) ? value : mended(value);
    }

    private static boolean isWellFormed(JsonNode value) {
        return value.isString()
                ? text(value.stringValue()).equals(value.stringValue())
                : value.valueStream().allMatch(WellFormed::isWellFormed);
    }

    private static JsonNode mended(JsonNode value) {
        if (value.isString()) {
            String text = value.stringValue();
            String mended = text(text);
            return mended.equals(text) ? value : Json.MAPPER.getNodeFactory().stringNode(mended);
        }
        if (value.isObject()) {
            ObjectNode object = Json.MAPPER.createObjectNode();
            for (Map.Entry<String, JsonNode> property : value.properties()) {
                object.set(property.getKey(), mended(property.getValue()));
            }
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = Json.MAPPER.createArrayNode();
            value.forEach(each -> array.add(mended(each)));
            return array;
        }
        return value;
    }
}
