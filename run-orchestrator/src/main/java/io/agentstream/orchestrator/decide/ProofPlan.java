package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.CallEvent;
import java.time.Instant;

/// What it takes to prove a call that has started.
///
/// @param due whether its run still waits for the proof
/// @param deadline when the gateway refuses the call by itself
public record ProofPlan(long organizationId, boolean due, Instant deadline, Facts.DomainFacts domain) {

    /// With what the provider said of the session that the start message names.
    public Answered answered(CallEvent.Started start, Verdicts.Session session) {
        return new Answered(start, this, session);
    }

    /// A start, and everything that was asked about it.
    public record Answered(CallEvent.Started start, ProofPlan plan, Verdicts.Session session) {}
}
