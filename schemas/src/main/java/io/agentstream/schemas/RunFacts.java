package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

@Doc("The latest facts of a run, for analytics: what was decided of it, what its socket and its conversation told, joined. Holds"
        + " neither words nor telephone numbers.")
public record RunFacts(
        @Doc("The call.") CallId callId,
        @Doc("The run.") RunEvent.RunRef run,
        @Doc("State: initialized, running, completed or failed.") String state,
        @Doc("When it was created.") @Nullable Instant createdAt,
        @Doc("When the agent began to talk: the call's session was proved.") @Nullable Instant startedAt,
        @Doc("When it was over.") @Nullable Instant endedAt,
        @Doc("Milliseconds from running to the end.") @Nullable Long durationMs,
        @Doc("How it ended.") @Nullable End end,
        @Doc("What went wrong.") @Nullable Failure failure,
        @Doc("What the owner was charged, as a decimal number.") @Nullable String cost,
        @Doc("Number of this version of the run's facts, from 1. It only grows; of two records of a call the one with the larger"
                + " number holds. Absent from older writers.") @Nullable Long revision,
        @Doc("Whether nothing more is expected: the run is over and its socket and its conversation had time to tell all. What"
                + " comes all the same is a correction: a larger revision, final again.") @JsonProperty("final")
                @Nullable Boolean isFinal,
        @Doc("When they became final.") @Nullable Instant finalizedAt,
        @Doc("The newest time that any of these facts is of.") @Nullable Instant updatedAt,
        @Doc("The telephony provider, as the URL names it.") @Nullable String provider,
        @Doc("inbound or outbound, once the provider's start message was read.") @Nullable String direction,
        @Doc("Whose doing it was that the call ended.") @Nullable DisconnectedBy disconnectedBy,
        @Doc("What the call achieved, in the words of its agent's definition.") @Nullable String outcome,
        @Doc("When the provider, which was to end the call, answered or was given up.") @Nullable Instant hungUpAt,
        @Doc("Whether the provider says that the session is over; absent where it was not asked to end it.")
                @Nullable Boolean hangUpConfirmed,
        @Doc("What the call's socket told.") @Nullable SocketFacts socket,
        @Doc("What the conversation told.") @Nullable TalkFacts talk,
        @Doc(RunEvent.FAULTS) @Nullable List<String> faults,
        @Doc("Key of the run that this one took over: the provider had opened a newer socket for the same session.")
                @Nullable CallId previousCallId,
        @Doc("Key of the run that took this one over, which ended as replaced.") @Nullable CallId nextCallId,
        @Doc("What became of it that the caller was to be given to somebody else, the last time that it was tried; of one that is under"
                        + " way, of the time before.")
                @Nullable Transfer transfer,
        @Doc("When that was known.") @Nullable Instant transferredAt,
        @Doc("When the order was written that the provider end the call, with the decision that ended the run. Absent where there was none,"
                        + " until the provider has answered, and from older writers.")
                @Nullable Instant hangUpAskedAt,
        @Doc("How often the provider was asked to.") @Nullable Integer hangUpTries,
        @Doc(RunEvent.SESSION_CHECK) RunEvent.@Nullable SessionCheck sessionCheck,
        @Doc("By which names the provider knows the call; absent until its start message was read, and from older writers.")
                @Nullable CarrierFacts carrier,
        @Doc("When all that is personal of the run was erased: by an order, or because its organisation keeps it no longer. Absent where"
                        + " it was not, and where it was by an older version.")
                @Nullable Instant erasedAt,
        @Doc("Version of these fields: a larger one has all of a smaller one's, and more. Absent from older writers, and where one of those has"
                        + " begun to count the talk.")
                @Nullable Integer schemaVersion,
        @Doc("Version of the orchestrator that told this. Absent from older writers.") @Nullable String producerVersion) {

    /// The version of the fields above.
    public static final int SCHEMA_VERSION = 2;

    /// As an older writer tells it.
    public RunFacts(
            CallId callId,
            RunEvent.RunRef run,
            String state,
            @Nullable Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Long durationMs,
            @Nullable End end,
            @Nullable Failure failure,
            @Nullable String cost,
            @Nullable Long revision,
            @Nullable Boolean isFinal,
            @Nullable Instant finalizedAt,
            @Nullable Instant updatedAt,
            @Nullable String provider,
            @Nullable String direction,
            @Nullable DisconnectedBy disconnectedBy,
            @Nullable String outcome,
            @Nullable Instant hungUpAt,
            @Nullable Boolean hangUpConfirmed,
            @Nullable SocketFacts socket,
            @Nullable TalkFacts talk,
            @Nullable List<String> faults,
            @Nullable CallId previousCallId,
            @Nullable CallId nextCallId,
            @Nullable Transfer transfer,
            @Nullable Instant transferredAt) {
        this(
                callId, run, state, createdAt, startedAt, endedAt, durationMs, end, failure, cost, revision, isFinal, finalizedAt, updatedAt,
                provider, direction, disconnectedBy, outcome, hungUpAt, hangUpConfirmed, socket, talk, faults, previousCallId, nextCallId,
                transfer, transferredAt, null, null, null, null, null, null, null);
    }
}
