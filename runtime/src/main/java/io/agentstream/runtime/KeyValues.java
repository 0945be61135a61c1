package io.agentstream.runtime;

import io.agentstream.runtime.Key.Shown;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.SealKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The kinds of values that configuration keys have, and what a text must be to be one. What is wrong with one is said in words that go on
/// after the variable's name, and never repeats the text.
final class KeyValues {

    private KeyValues() {}

    static Key<Integer> port(String name, int fallback, String says) {
        return new Key<>(
                name, "port, 0 for any free one", Integer.toString(fallback), between(0, 65_535), Shown.ALWAYS, says);
    }

    static Key<Integer> number(String name, int fallback, int least, int most, String says) {
        return new Key<>(
                name, "number, " + least + " to " + most, Integer.toString(fallback), between(least, most),
                Shown.ALWAYS, says);
    }

    static Function<String, Integer> between(int least, int most) {
        return text -> {
            int value;
            try {
                value = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is not a whole number", e);
            }
            if (value < least || value > most) {
                throw new IllegalArgumentException("is not between " + least + " and " + most);
            }
            return value;
        };
    }

    static Key<String> text(String name, @Nullable String fallback, String says) {
        return new Key<>(name, "text", fallback, Function.identity(), Shown.ALWAYS, says);
    }

    static Key<Path> path(String name, String says) {
        return new Key<>(name, "file", null, KeyValues::file, Shown.WHEN_RIGHT, says);
    }

    static Path file(String text) {
        if (text.indexOf('\n') >= 0 || text.contains("-----BEGIN")) {
            throw new IllegalArgumentException("is the contents of a file, not its name");
        }
        return Path.of(text);
    }

    static Key<URI> uri(String name, @Nullable String fallback, List<String> schemes, String says) {
        return new Key<>(name, String.join(" or ", schemes) + " address", fallback, text -> uri(text, schemes),
                Shown.WHEN_RIGHT, says);
    }

    private static URI uri(String text, List<String> schemes) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException quotesIt) {
            throw new IllegalArgumentException("is not an address");
        }
        if (uri.getScheme() == null || !schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("does not begin with " + String.join(": or ", schemes) + ":");
        }
        return uri;
    }

    static Key<Duration> duration(String name, @Nullable String fallback, Duration least, Duration most, String says) {
        return new Key<>(
                name,
                "duration, " + Durations.format(least) + " to " + Durations.format(most),
                fallback,
                text -> {
                    Duration value = Durations.parse(text);
                    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                        throw new IllegalArgumentException(
                                "is not between " + Durations.format(least) + " and " + Durations.format(most));
                    }
                    return value;
                },
                Shown.ALWAYS,
                says);
    }

    static Key<Boolean> flag(String name, boolean fallback, String says) {
        return new Key<>(
                name,
                "true or false",
                Boolean.toString(fallback),
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException("is neither true nor false");
                },
                Shown.ALWAYS,
                says);
    }

    static URI postgresql(String text) {
        if (!text.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("does not begin with jdbc:postgresql:");
        }
        return uri(text, List.of("jdbc"));
    }

    static CredentialsKeys credentialsKeys(String text) {
        List<Secret> keys = Arrays.stream(text.split(",", -1)).map(String::strip).map(KeyValues::key256).toList();
        return new CredentialsKeys(keys.getFirst(), keys.subList(1, keys.size()));
    }

    static CallSecrets.Wrapping wrapping(String text) {
        return new CallSecrets.Wrapping(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(KeyValues::key256)
                .map(key -> SealKey.parse(key.reveal()).orElseThrow())
                .toList());
    }

    private static Secret key256(String text) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not base64", e);
        }
        if (key.length != 32) {
            throw new IllegalArgumentException("is " + key.length + " bytes long, not 32");
        }
        return new Secret(text);
    }

    /// A key may hold a `=`, not a comma.
    static Map<String, Secret> serviceKeys(String text) {
        Map<String, Secret> keys = new HashMap<>();
        for (String entry : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? "" : entry.substring(0, equals).strip();
            String key = entry.substring(equals + 1).strip();
            if (name.isEmpty() || key.isEmpty() || keys.put(name, new Secret(key)) != null) {
                throw new IllegalArgumentException("is not name=key,name=key with each name once");
            }
        }
        return Map.copyOf(keys);
    }

    static Secret longSecret(String text) {
        if (!text.matches("[\\x21-\\x7e]{32,200}")) {
            throw new IllegalArgumentException("is not 32 to 200 visible ASCII characters without spaces");
        }
        return new Secret(text);
    }

    static String decimal(String text) {
        if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,6})?")) {
            throw new IllegalArgumentException("is not a decimal number such as 0.10");
        }
        return text;
    }
}
