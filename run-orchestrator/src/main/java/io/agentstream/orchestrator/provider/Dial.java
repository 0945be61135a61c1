package io.agentstream.orchestrator.provider;

import org.jspecify.annotations.Nullable;

/// What became of calling somebody.
public sealed interface Dial {

    /// The provider sees to it.
    ///
    /// @param session that it has for that
    record Ringing(String session) implements Dial {}

    /// The provider will not do it for us.
    ///
    /// @param status of its answer; null where it was not asked
    record Refused(SessionCheck.Reason reason, @Nullable Integer status) implements Dial {}

    /// The provider could not be reached in time. Nobody knows whether it rings there, except where it said that it has too much to do, or that
    /// it failed.
    record Unavailable(Trouble trouble) implements Dial {}
}
