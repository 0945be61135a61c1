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
/// @param shown whether the value may be repeated where it is wrong
/// @param says a sentence for the reference page
public record Key<T>(
        String name,
        String kind,
        @Nullable String fallback,
        Function<String, T> parse,
        Shown shown,
        String says) {

    /// When a value may be shown to people.
    public enum Shown {
        ALWAYS,
        /// Right values hold no secret of ours, but what is not right may be anything: an address may carry a password, and a file's
        /// contents may stand in the place of its name.
        WHEN_RIGHT,
        NEVER
    }

    /// Prefix of all our environment variables.
    public static final String PREFIX = "AGENT_STREAM_";

    public String variable() {
        return PREFIX + name;
    }

    public Optional<String> defaultText() {
        return Optional.ofNullable(fallback);
    }
}
