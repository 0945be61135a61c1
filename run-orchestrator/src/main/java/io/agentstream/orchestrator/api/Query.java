package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Jsonb;
import io.agentstream.orchestrator.store.RunState;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads a request's query parameters; like [Fields], it collects what is wrong, and what nobody has asked for is. One thread.
final class Query {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 500;

    /// RFC 3339, of which [OffsetDateTime] takes more and less.
    private static final Pattern TIME = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,3})?");

    private final Map<String, Deque<String>> parameters;
    private final Errors errors = new Errors();
    private final Set<String> known = new HashSet<>();

    Query(Map<String, Deque<String>> parameters) {
        this.parameters = parameters;
    }

    int limit() {
        String text = value("limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        int limit = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            errors.add("limit", "must be an integer from 1 to " + MAX_LIMIT);
        }
        return limit;
    }

    /// Where to go on; `start` without a cursor.
    long cursor(Cursor list, long start) {
        long[] position = position(list);
        return position == null ? start : position[0];
    }

    /// Where to go on, for a list whose order has several numbers; null without a cursor.
    long @Nullable [] position(Cursor list) {
        String text = value("cursor");
        if (text == null) {
            return null;
        }
        long[] position = list.position(text).orElse(null);
        if (position == null) {
            errors.add("cursor", "must be a next_cursor of this list");
        }
        return position;
    }

    /// Whether a parameter was given, whatever its value is.
    boolean has(String name) {
        return parameters.containsKey(name);
    }

    /// For a parameter that is right elsewhere.
    void refuse(String name, String why) {
        known.add(name);
        errors.add(name, why);
    }

    /// A text of at most `maxCharacters`.
    @Nullable String text(String name, int maxCharacters) {
        String text = value(name);
        if (text == null) {
            return null;
        }
        if (text.isEmpty() || text.codePointCount(0, text.length()) > maxCharacters || !text.equals(Jsonb.harmless(text))) {
            errors.add(name, "must be a text of 1 to " + maxCharacters + " characters");
        }
        return text;
    }

    /// A telephone number or what else names a caller.
    @Nullable String number(String name) {
        String text = text(name, 256);
        // A plus sign that was not encoded arrives as a space.
        return text == null || !text.startsWith(" ") ? text : "+" + text.substring(1);
    }

    /// One of some words.
    @Nullable String word(String name, Collection<String> words) {
        String text = value(name);
        if (text != null && !words.contains(text)) {
            errors.add(name, "must be one of: " + String.join(", ", words));
        }
        return text;
    }

    /// Some of some words, with commas between them or given several times; empty without any.
    List<String> words(String name, Collection<String> words) {
        known.add(name);
        Deque<String> values = parameters.get(name);
        List<String> given = values == null
                ? List.of()
                : values.stream().flatMap(value -> Stream.of(value.split(",", -1))).distinct().toList();
        if (!words.containsAll(given)) {
            errors.add(name, "must be some of: " + String.join(", ", words));
        }
        return given;
    }

    @Nullable UUID uuid(String name) {
        String text = value(name);
        if (text == null) {
            return null;
        }
        UUID uuid = Call.uuid(text).orElse(null);
        if (uuid == null) {
            errors.add(name, "must be a UUID");
        }
        return uuid;
    }

    /// A number of seconds, in milliseconds.
    @Nullable Long seconds(String name) {
        String text = value(name);
        if (text == null) {
            return null;
        }
        if (!SECONDS.matcher(text).matches()) {
            errors.add(name, "must be a number of seconds, such as 90 or 1.5");
            return null;
        }
        return new BigDecimal(text).movePointRight(3).longValueExact();
    }

    /// A whole number from 0 to `max`.
    @Nullable Long whole(String name, long max) {
        String text = value(name);
        if (text == null) {
            return null;
        }
        if (!text.matches("[0-9]{1,12}") || Long.parseLong(text) > max) {
            errors.add(name, "must be an integer from 0 to " + max);
            return null;
        }
        return Long.valueOf(text);
    }

    @Nullable RunState state() {
        String text = value("state");
        if (text == null) {
            return null;
        }
        RunState state = RunState.parse(text).orElse(null);
        if (state == null) {
            errors.add("state", "must be one of: initialized, running, completed, failed");
        }
        return state;
    }

    /// One of these words; null without any.
    @Nullable String oneOf(String name, List<String> words) {
        String text = value(name);
        if (text != null && !words.contains(text)) {
            errors.add(name, "must be one of: " + String.join(", ", words));
        }
        return text;
    }

    @Nullable Instant time(String name) {
        String text = value(name);
        if (text == null) {
            return null;
        }
        // A plus sign that was not encoded arrives as a space.
        String rfc3339 = text.replace(' ', '+');
        try {
            if (TIME.matcher(rfc3339).matches()) {
                Instant time = OffsetDateTime.parse(rfc3339).toInstant();
                return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
            }
        } catch (DateTimeException notATime) {
            // Told below.
        }
        errors.add(name, "must be a time as in RFC 3339, such as 2026-01-31T12:00:00Z");
        return null;
    }

    /// Whether anything is wrong. Ends the reading.
    boolean isBad() {
        for (String name : parameters.keySet()) {
            if (!known.contains(name)) {
                errors.add(name, "is not a known parameter");
            }
        }
        return !errors.isEmpty();
    }

    Reply badRequest() {
        return errors.reply();
    }

    private @Nullable String value(String name) {
        known.add(name);
        Deque<String> values = parameters.get(name);
        if (values == null) {
            return null;
        }
        if (values.size() > 1) {
            errors.add(name, "must be given once");
        }
        return values.getFirst();
    }
}
