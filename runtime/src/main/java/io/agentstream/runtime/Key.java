package io.agentstream.runtime;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One configuration key: declared once, with its type, default, check and sentence.
///
/// @param name name of the environment variable without the prefix
/// @param kind what a value looks like, for people
/// @param fallback the text that holds where the variable is not set; null where there is none
/// @param parse turns the text into the value; throws [IllegalArgumentException] saying what is wrong with it
/// @param secret whether the value must not be shown
/// @param says a sentence for the reference page
public record Key<T>(
        String name,
        String kind,
        @Nullable String fallback,
        Function<String, T> parse,
        boolean secret,
        String says) {

    /// Prefix of all our environment variables.
    public static final String PREFIX = "AGENT_STREAM_";

    public String variable() {
        return PREFIX + name;
    }

    public Optional<String> defaultText() {
        return Optional.ofNullable(fallback);
    }
}
