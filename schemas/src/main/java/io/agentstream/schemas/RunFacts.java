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
        @Doc("When that was known.") @Nullable Instant transferredAt) {}
