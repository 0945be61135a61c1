package io.agentstream.orchestrator.facts;

import io.agentstream.runtime.BuildVersion;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CarrierFacts;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.SocketFacts;
import io.agentstream.schemas.TalkFacts;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is known of one call, and how much of it was told on `runs.v1`. Immutable; any thread.
///
/// @param run the run as its events tell it; null as long as none was read
/// @param socket what the gateway told
/// @param provider as in [RunFacts]
/// @param direction as in [RunFacts]
/// @param talk what the conversation told
/// @param achieved what it said last that the call has achieved, which may be later than the run's end; null where it said nothing
/// @param updatedAt the newest time that anything here is of
/// @param revision of what was told last; 0 where nothing was
/// @param finalizedAt when it became final; null while it is not
/// @param dirty whether more is known than was told
/// @param carrier as in [RunFacts]; null where no name is known, or an older version has not asked
/// @param talkVersion of [RunFacts], by which the talk is counted: one that an older version began to count goes on as it is, and is told
///     as that version's; null where that did not say
record Known(
        CallId callId,
        @Nullable RunPart run,
        SocketFacts socket,
        @Nullable String provider,
        @Nullable String direction,
        TalkFacts talk,
        @Nullable String achieved,
        @Nullable Instant updatedAt,
        long revision,
        @Nullable Instant finalizedAt,
        boolean dirty,
        @Nullable CarrierFacts carrier,
        @Nullable Integer talkVersion) {

    /// Of a run that was erased no name is kept that could say who called, whichever was read first. Who has no name at all is as one that is
    /// not known, which is how it is told: what is read again must be what was told.
    Known {
        if (run != null && run.erasedAt() != null && carrier != null) {
            carrier = carrier.erased();
        }
        if (CarrierFacts.NONE.equals(carrier)) {
            carrier = null;
        }
        if (talk.equals(TalkFacts.NONE)) {
            talkVersion = RunFacts.SCHEMA_VERSION; // what comes of it is counted by us
        }
    }

    static Known nothing(CallId callId) {
        return new Known(callId, null, SocketFacts.NONE, null, null, TalkFacts.NONE, null, null, 0, null, false, null, null);
    }

    /// What somebody told before, so that it can be added to.
    static Known of(RunFacts told) {
        SocketFacts socket = told.socket();
        TalkFacts talk = told.talk();
        Long revision = told.revision();
        return new Known(
                told.callId(), RunPart.of(told), socket == null ? SocketFacts.NONE : socket, told.provider(), told.direction(),
                talk == null ? TalkFacts.NONE : talk, told.outcome(), told.updatedAt(), revision == null ? 0 : revision, told.finalizedAt(), false,
                told.carrier(), told.schemaVersion());
    }

    /// @param next null where the event says nothing of a run that is known
    Known with(@Nullable RunPart next, Instant at) {
        return next == null || next.equals(run)
                ? this
                : new Known(callId, next, socket, provider, direction, talk, achieved, later(at), revision, finalizedAt, true, carrier, talkVersion);
    }

    Known with(SocketFacts next, @Nullable String nextProvider, @Nullable String nextDirection, @Nullable CarrierFacts names, Instant at) {
        Known now = new Known(
                callId, run, next, nextProvider, nextDirection, talk, achieved, later(at), revision, finalizedAt, true, names, talkVersion);
        return next.equals(socket) && Objects.equals(nextProvider, provider) && Objects.equals(nextDirection, direction)
                        && Objects.equals(now.carrier, carrier)
                ? this
                : now;
    }

    /// @param outcome null where nothing new is achieved
    Known with(TalkFacts next, @Nullable String outcome, Instant at) {
        return next.equals(talk)
                ? this
                : new Known(
                        callId, run, socket, provider, direction, next, outcome == null ? achieved : outcome, later(at), revision, finalizedAt, true,
                        carrier, talkVersion);
    }

    Known finalized(Instant at) {
        return new Known(callId, run, socket, provider, direction, talk, achieved, updatedAt, revision, at, true, carrier, talkVersion);
    }

    /// After it was told once more.
    Known told() {
        return new Known(callId, run, socket, provider, direction, talk, achieved, updatedAt, revision + 1, finalizedAt, false, carrier, talkVersion);
    }

    boolean isOver() {
        return run != null && run.endedAt() != null;
    }

    boolean isLost() {
        return run != null && run.end() == End.LOST;
    }

    private Instant later(Instant at) {
        return updatedAt == null || at.isAfter(updatedAt) ? at : updatedAt;
    }

    /// The facts to tell; `run` is known.
    RunFacts facts() {
        RunPart of = run;
        if (of == null) {
            throw new IllegalStateException("a call without a run has no facts");
        }
        Long durationMs = of.durationMs();
        TalkFacts said = of.endedAt() == null || durationMs == null
                ? talk
                : RunTable.withSilence(talk, durationMs);
        return new RunFacts(
                callId, of.ref(), of.state(), of.createdAt(), of.startedAt(), of.endedAt(), durationMs, of.end(), of.failure(),
                of.cost(), revision, finalizedAt != null, finalizedAt, updatedAt, provider, direction, of.disconnectedBy(),
                achieved == null ? of.outcome() : achieved, of.hungUpAt(), of.hangUpConfirmed(), socket.equals(SocketFacts.NONE) ? null : socket, said.equals(TalkFacts.NONE) ? null : said,
                of.faults(), of.previousCallId(), of.nextCallId(), of.transfer(), of.transferredAt(), of.hangUpAskedAt(), of.hangUpTries(),
                of.sessionCheck(), carrier, of.erasedAt(), talkVersion,
                BuildVersion.text());
    }
}
