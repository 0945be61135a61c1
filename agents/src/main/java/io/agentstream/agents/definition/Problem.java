package io.agentstream.agents.definition;

import io.agentstream.schemas.WellFormed;

/// Something that is wrong with an agent's definition.
///
/// @param field where, as `nodes.greet.on_digit.1`; empty for the whole
/// @param message what, in words for the definition's author
public record Problem(String field, String message) {
    private static final int MAX_SHOWN = 64;

    /// That `name`, which stands at `at`, means nothing there.
    public static Problem noField(String at, String name, String of) {
        return new Problem(at + shown(name), "is not a field of " + of);
    }

    /// Of a field of `name`, which stands at `at`.
    public static Problem at(String at, String name, String field, String message) {
        return new Problem(at + shown(name) + field, message);
    }

    /// What somebody else has named, short enough for a message.
    static String shown(String name) {
        return WellFormed.beginning(name, MAX_SHOWN);
    }
}
