package io.agentstream.orchestrator.decide;

import java.time.Instant;

/// What it takes to prove a call that has started.
///
/// @param due whether its run still waits for the proof
/// @param deadline when the gateway refuses the call by itself
public record ProofPlan(long organizationId, boolean due, Instant deadline, Facts.DomainFacts domain) {}
