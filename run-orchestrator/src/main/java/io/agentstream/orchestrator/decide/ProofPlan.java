package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.RunEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What it takes to prove a call that has started.
///
/// @param due whether its run still waits for the proof
/// @param deadline when the gateway refuses the call by itself
public record ProofPlan(long organizationId, boolean due, Instant deadline, Facts.DomainFacts domain) {

    /// With what the provider said of the session that the start message names.
    public Answered answered(CallEvent.Started start, Verdicts.Session session) {
        return new Answered(start, this, session, null);
    }

    /// A start, and everything that was asked about it.
    ///
    /// @param check how the provider was asked; null where it was not
    public record Answered(
            CallEvent.Started start, ProofPlan plan, Verdicts.Session session, RunEvent.@Nullable SessionCheck check) {}
}
