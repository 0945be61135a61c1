package io.agentstream.dev.simulator.caller;

/// One step of a call. Steps are taken in order: a step waits for its cue only after the one before it is done.
public record Step(Cue cue, Action action) {}
