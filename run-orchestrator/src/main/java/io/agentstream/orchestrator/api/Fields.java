package io.agentstream.orchestrator.api;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads the fields of a JSON object that a client sent. A reader for a field that may be absent answers null where it is, and
/// where it is wrong; what is wrong is in the [Errors]. A field that nobody has asked for is wrong too. One thread.
final class Fields {
    private static final long MAX_ID = 999_999_999_999_999_999L;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,14}(\\.[0-9]{1,4})?");

    private final ObjectNode object;
    private final String path;
    private final Errors errors;
    private final Set<String> known = new HashSet<>();

    Fields(ObjectNode object, String path, Errors errors) {
        this.object = object;
        this.path = path;
        this.errors = errors;
    }

    static Fields none() {
        return new Fields(JsonNodeFactory.instance.objectNode(), "", new Errors());
    }

    /// Whether the field was sent, also as null.
    boolean has(String name) {
        known.add(name);
        return object.has(name);
    }

    /// Says so where the field was not sent.
    void require(String name) {
        if (!has(name)) {
            error(name, "is required");
        }
    }

    /// Whether the field was sent as null.
    boolean isNull(String name) {
        known.add(name);
        return object.path(name).isNull();
    }

    void error(String name, String message) {
        errors.add(path + name, message);
    }

    /// Takes out what is sent as `shown` has it, so that who sends a whole object back changes what differs and nothing else. Of
    /// what is left, `readOnly` is wrong.
    void against(ObjectNode shown, Set<String> readOnly) {
        for (String name : List.copyOf(object.propertyNames())) {
            JsonNode old = shown.path(name);
            JsonNode sent = object.path(name);
            if (old.equals(Fields::compare, sent) || (readOnly.contains(name) && isSameTime(old, sent))) {
                object.remove(name);
            } else if (readOnly.contains(name)) {
                error(name, "cannot be changed");
                object.remove(name);
            }
        }
    }

    /// Whether nothing is left to change.
    boolean isEmpty() {
        return object.isEmpty();
    }

    /// A text of 1 to `maxCharacters` (code points, as people and the database count) that is more than spaces.
    @Nullable String text(String name, int maxCharacters) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.path(name);
        if (!value.isString()) {
            error(name, "must be a string");
            return null;
        }
        String text = value.stringValue();
        if (isBlank(text) || text.codePointCount(0, text.length()) > maxCharacters) {
            error(name, "must have 1 to " + maxCharacters + " characters, not only spaces");
            return null;
        }
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            error(name, "must not hold control characters");
            return null;
        }
        return text;
    }

    /// The text as [#text] has read it before, without judging it again.
    @Nullable String peekText(String name) {
        JsonNode value = object.path(name);
        return value.isString() && !value.stringValue().isBlank() ? value.stringValue() : null;
    }

    /// As [#text], for a field that must be there; empty where it is not, or is wrong.
    String requiredText(String name, int maxCharacters) {
        require(name);
        String text = text(name, maxCharacters);
        return text == null ? "" : text;
    }

    @Nullable Integer integer(String name, int min, int max) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.path(name);
        if (!value.isNumber() || !value.canConvertToExactIntegral() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            error(name, "must be an integer from " + min + " to " + max);
            return null;
        }
        return value.intValue();
    }

    @Nullable Boolean flag(String name) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.path(name);
        if (!value.isBoolean()) {
            error(name, "must be true or false");
            return null;
        }
        return value.booleanValue();
    }

    /// What can be the id of something.
    @Nullable List<String> texts(String name, List<String> allowed) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.path(name);
        boolean good = value.isArray() && !value.isEmpty() && value.size() <= allowed.size()
                && value.valueStream().allMatch(item -> item.isString() && allowed.contains(item.stringValue()));
        if (!good) {
            error(name, "must be a list of one or more of: " + String.join(", ", allowed));
            return null;
        }
        return value.valueStream().map(JsonNode::stringValue).distinct().toList();
    }

    @Nullable Long id(String name) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 1 || value.longValue() > MAX_ID) {
            error(name, "must be an id");
            return null;
        }
        return value.longValue();
    }

    /// A decimal number in a string, not below zero, with at most four places.
    @Nullable BigDecimal decimal(String name) {
        if (!has(name) || isNull(name)) {
            return null;
        }
        JsonNode value = object.path(name);
        if (!value.isString() || !DECIMAL.matcher(value.stringValue()).matches()) {
            error(name, "must be a decimal number in a string, such as \"12.50\", or null");
            return null;
        }
        return new BigDecimal(value.stringValue());
    }

    /// An object of at most `maxBytes` of JSON.
    @Nullable ObjectNode object(String name, int maxBytes) {
        if (!has(name)) {
            return null;
        }
        if (!(object.path(name) instanceof ObjectNode value)) {
            error(name, "must be an object");
            return null;
        }
        if (Json.bytes(value).length > maxBytes) {
            error(name, "must be at most " + maxBytes / 1024 + " KiB of JSON");
            return null;
        }
        return value;
    }

    /// The fields of an object inside; null where it is absent.
    @Nullable Fields nested(String name) {
        if (!has(name)) {
            return null;
        }
        if (!(object.path(name) instanceof ObjectNode value)) {
            error(name, "must be an object");
            return null;
        }
        return new Fields(value, path + name + ".", errors);
    }

    /// Says which fields nobody has asked for. Called once everything is read.
    void refuseOthers() {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                error(name, "is not a known field");
            }
        }
    }

    /// Whether anything is wrong with this object or those around it. Ends the reading.
    boolean isBad() {
        refuseOthers();
        return !errors.isEmpty();
    }

    Reply badRequest() {
        return errors.reply();
    }

    private static boolean isBlank(String text) {
        return text.codePoints().allMatch(c -> Character.isSpaceChar(c) || Character.isWhitespace(c));
    }

    private static int compare(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        return a.equals(b) ? 0 : 1;
    }

    private static boolean isSameTime(JsonNode a, JsonNode b) {
        try {
            return a.isString()
                    && b.isString()
                    && OffsetDateTime.parse(a.stringValue()).isEqual(OffsetDateTime.parse(b.stringValue()));
        } catch (DateTimeException notTimes) {
            return false;
        }
    }
}
