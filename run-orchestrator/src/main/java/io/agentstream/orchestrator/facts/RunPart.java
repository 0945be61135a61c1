package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.RunFacts;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run as its events tell it; the fields are those of [RunFacts]. Immutable; any thread.
record RunPart(
        RunRef ref,
        String state,
        @Nullable Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Long durationMs,
        @Nullable End end,
        @Nullable Failure failure,
        @Nullable String cost,
        @Nullable DisconnectedBy disconnectedBy,
        @Nullable String outcome,
        @Nullable Instant hungUpAt,
        @Nullable Boolean hangUpConfirmed,
        @Nullable List<String> faults) {

    private static final String INITIALIZED = "initialized";
    private static final String RUNNING = "running";
    static final String COMPLETED = "completed";
    private static final String FAILED = "failed";

    static RunPart of(RunFacts told) {
        return new RunPart(
                told.run(), told.state(), told.createdAt(), told.startedAt(), told.endedAt(), told.durationMs(), told.end(),
                told.failure(), told.cost(), told.disconnectedBy(), told.outcome(), told.hungUpAt(),
                told.hangUpConfirmed(), told.faults());
    }

    /// The run after `event`. Events are said again after a crash, and may be read in another order after the loss of everything: a
    /// run never goes back, but takes what an earlier event knows. One that is over stays over in the way in which it was; said again
    /// with other figures, the figures are corrected.
    static RunPart next(@Nullable RunPart known, RunEvent event) {
        RunPart before = known == null
                ? new RunPart(event.run(), INITIALIZED, null, null, null, null, null, null, null, null, null, null, null, null)
                : known;
        return switch (event) {
            case RunEvent.Created e -> new RunPart(
                    before.ref, before.state, e.at(), before.startedAt, before.endedAt, before.durationMs, before.end,
                    before.failure, before.cost, before.disconnectedBy, before.outcome, before.hungUpAt, before.hangUpConfirmed,
                    before.faults);
            case RunEvent.Running e -> new RunPart(
                    before.ref, before.isOver() ? before.state : RUNNING, before.createdAt, e.at(), before.endedAt,
                    before.durationMs, before.end, before.failure, before.cost, before.disconnectedBy, before.outcome,
                    before.hungUpAt, before.hangUpConfirmed, before.faults);
            case RunEvent.Completed e -> before.state.equals(FAILED)
                    ? before
                    : new RunPart(
                            before.ref, COMPLETED, before.createdAt, before.startedAt, e.at(), e.durationMs(), e.end(), null,
                            e.cost(), e.disconnectedBy(), e.outcome(), before.hungUpAt, before.hangUpConfirmed, e.faults());
            case RunEvent.Failed e -> before.state.equals(COMPLETED)
                    ? before
                    : new RunPart(
                            before.ref, FAILED, before.createdAt, before.startedAt, e.at(), e.durationMs(), null, e.failure(),
                            e.cost(), e.disconnectedBy(), e.outcome(), before.hungUpAt, before.hangUpConfirmed, e.faults());
            case RunEvent.Transferred e -> before; // how the run ended says it
            case RunEvent.HangUp e -> new RunPart(
                    before.ref, before.state, before.createdAt, before.startedAt, before.endedAt, before.durationMs, before.end,
                    before.failure, before.cost, before.disconnectedBy, before.outcome, e.at(), e.confirmed(), before.faults);
        };
    }

    private boolean isOver() {
        return endedAt != null;
    }
}
