package io.agentstream.orchestrator.provider;

import org.jspecify.annotations.Nullable;

/// What became of giving a session to somebody else.
public sealed interface HandOver {

    /// The provider sees to it: the session goes on there, and its socket with us ends.
    ///
    /// @param status of its answer
    record Done(int status) implements HandOver {}

    /// The provider will not do it for us.
    ///
    /// @param status of its answer; null where it was not asked
    record Refused(SessionCheck.Reason reason, @Nullable Integer status) implements HandOver {}

    /// The provider could not be reached in time; nobody knows what it did.
    record Unavailable(Trouble trouble) implements HandOver {}
}
