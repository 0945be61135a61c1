package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Transfer;
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
        @Nullable List<String> faults,
        @Nullable CallId previousCallId,
        @Nullable CallId nextCallId,
        @Nullable Transfer transfer,
        @Nullable Instant transferredAt,
        @Nullable Instant hangUpAskedAt,
        @Nullable Integer hangUpTries,
        RunEvent.@Nullable SessionCheck sessionCheck,
        @Nullable Instant erasedAt) {

    private static final String INITIALIZED = "initialized";
    private static final String RUNNING = "running";
    static final String COMPLETED = "completed";
    private static final String FAILED = "failed";

    static RunPart of(RunFacts told) {
        return new RunPart(
                told.run(), told.state(), told.createdAt(), told.startedAt(), told.endedAt(), told.durationMs(), told.end(),
                told.failure(), told.cost(), told.disconnectedBy(), told.outcome(), told.hungUpAt(),
                told.hangUpConfirmed(), told.faults(), told.previousCallId(), told.nextCallId(), told.transfer(), told.transferredAt(),
                told.hangUpAskedAt(), told.hangUpTries(), told.sessionCheck(), told.erasedAt());
    }

    /// The run after `event`. Events are said again after a crash, and may be read in another order after the loss of everything: a
    /// run never goes back, but takes what an earlier event knows. One that is over stays over in the way in which it was; said again
    /// with other figures, the figures are corrected.
    ///
    /// @return null where the run is not known and the event says nothing by which it could be: it was erased
    static @Nullable RunPart next(@Nullable RunPart known, RunEvent event) {
        RunPart before = known == null ? new RunPart(event.run()) : known;
        return switch (event) {
            case RunEvent.Created e -> before.begun(before.state, e.at(), before.startedAt, before.previousCallId, before.sessionCheck);
            case RunEvent.Running e -> before.begun(
                    before.isOver() ? before.state : RUNNING, before.createdAt, e.at(),
                    e.replaces() == null ? before.previousCallId : e.replaces(),
                    e.sessionCheck() == null ? before.sessionCheck : e.sessionCheck());
            case RunEvent.Completed e -> before.state.equals(FAILED)
                    ? before
                    : new RunPart(
                            before.ref, COMPLETED, before.createdAt, before.started(e), e.at(), e.durationMs(), e.end(), null,
                            e.cost(), e.disconnectedBy(), e.outcome(), before.hungUpAt, before.hangUpConfirmed, e.faults(),
                            before.previousCallId, e.replacedBy(), before.transfer, before.transferredAt, before.hangUpAskedAt,
                            before.hangUpTries, before.sessionCheck, before.erasedAt);
            case RunEvent.Failed e -> before.state.equals(COMPLETED)
                    ? before
                    : new RunPart(
                            before.ref, FAILED, before.createdAt, before.started(e), e.at(), e.durationMs(), null, e.failure(),
                            e.cost(), e.disconnectedBy(), e.outcome(), before.hungUpAt, before.hangUpConfirmed, e.faults(),
                            before.previousCallId, null, before.transfer, before.transferredAt, before.hangUpAskedAt,
                            before.hangUpTries, e.sessionCheck() == null ? before.sessionCheck : e.sessionCheck(), before.erasedAt);
            case RunEvent.Transferred e -> before.transferredAt != null && e.at().isBefore(before.transferredAt)
                    ? before
                    : before.transferred(e);
            case RunEvent.HangUp e -> before.hungUpAt != null && e.at().isBefore(before.hungUpAt) ? before : before.hungUp(e);
            case RunEvent.Erased e -> known == null || known.erasedAt != null ? known : known.erased(e.at());
        };
    }

    private RunPart(RunRef ref) {
        this(
                ref, INITIALIZED, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null);
    }

    private RunPart begun(
            String next, @Nullable Instant created, @Nullable Instant started, @Nullable CallId previous,
            RunEvent.@Nullable SessionCheck check) {
        return new RunPart(
                ref, next, created, started, endedAt, durationMs, end, failure, cost, disconnectedBy, outcome, hungUpAt, hangUpConfirmed,
                faults, previous, nextCallId, transfer, transferredAt, hangUpAskedAt, hangUpTries, check, erasedAt);
    }

    /// Since when it was running, which its end says too: the event of the beginning may be on a Kafka that is gone. What was replaced as it was about to
    /// begin has not begun.
    private @Nullable Instant started(RunEvent.Completed over) {
        boolean began = over.end() != End.REPLACED || over.durationMs() > 0;
        return startedAt == null && began ? over.at().minusMillis(over.durationMs()) : startedAt;
    }

    private @Nullable Instant started(RunEvent.Failed over) {
        Long talkMs = over.durationMs();
        return startedAt == null && talkMs != null ? over.at().minusMillis(talkMs) : startedAt;
    }

    private RunPart hungUp(RunEvent.HangUp answer) {
        return new RunPart(
                ref, state, createdAt, startedAt, endedAt, durationMs, end, failure, cost, disconnectedBy, outcome, answer.at(),
                answer.confirmed(), faults, previousCallId, nextCallId, transfer, transferredAt, answer.askedAt(), answer.tries(),
                sessionCheck, erasedAt);
    }

    private RunPart transferred(RunEvent.Transferred answer) {
        return new RunPart(
                ref, state, createdAt, startedAt, endedAt, durationMs, end, failure, cost, disconnectedBy, outcome, hungUpAt, hangUpConfirmed,
                faults, previousCallId, nextCallId, answer.outcome(), answer.at(), hangUpAskedAt, hangUpTries, sessionCheck, erasedAt);
    }

    private RunPart erased(Instant at) {
        return new RunPart(
                ref, state, createdAt, startedAt, endedAt, durationMs, end, failure, cost, disconnectedBy, outcome, hungUpAt, hangUpConfirmed,
                faults, previousCallId, nextCallId, transfer, transferredAt, hangUpAskedAt, hangUpTries, sessionCheck, at);
    }

    private boolean isOver() {
        return endedAt != null;
    }
}
