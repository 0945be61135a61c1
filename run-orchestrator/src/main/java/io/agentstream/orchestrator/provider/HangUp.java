package io.agentstream.orchestrator.provider;

import org.jspecify.annotations.Nullable;

/// What became of ending a session.
public sealed interface HangUp {

    /// It is over, by us or before us.
    ///
    /// @param status of its answer
    record Done(int status) implements HangUp {}

    /// The provider will not do it for us.
    ///
    /// @param status of its answer; null where it was not asked
    record Refused(SessionCheck.Reason reason, @Nullable Integer status) implements HangUp {}

    /// The provider answered something else, and has not done it: another time it may.
    ///
    /// @param status of its answer
    record NotNow(int status) implements HangUp {}

    /// The provider could not be reached in time; the session may go on.
    record Unavailable(Trouble trouble) implements HangUp {}
}
