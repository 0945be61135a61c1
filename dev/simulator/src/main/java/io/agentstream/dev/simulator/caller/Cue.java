package io.agentstream.dev.simulator.caller;

/// When the next step of a call is due. All times are milliseconds.
public sealed interface Cue {

    /// This long after `start` was sent.
    record At(long ms) implements Cue {}

    /// This long after the step before it was done.
    record Then(long afterMs) implements Cue {}

    /// The agent is speaking, and began this long ago: a barge-in.
    record AgentSpeaks(long afterMs) implements Cue {}

    /// The agent has spoken since the step before, and has been silent for this long: an answer.
    record AgentSilent(long afterMs) implements Cue {}
}
