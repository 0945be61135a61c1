package io.agentstream.orchestrator.provider;

/// What became of ending a session.
public sealed interface HangUp {

    /// It is over, by us or before us.
    record Done() implements HangUp {}

    /// The provider will not do it for us.
    record Refused(SessionCheck.Reason reason) implements HangUp {}

    /// The provider could not be reached in time; the session may go on.
    record Unavailable(Trouble trouble) implements HangUp {}
}
