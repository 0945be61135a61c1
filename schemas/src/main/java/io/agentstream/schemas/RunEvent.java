package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the orchestrator decided of a run, on `run.events.v1`: one `created`, at most one `running`, one of `completed` and
/// `failed`, and after that a `hang_up` where the provider was made to end the call, and an `erased` where it was erased.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface RunEvent {

    CallId callId();

    /// Sequence number of the call's newest record that the decision takes into account.
    long after();

    Instant at();

    RunRef run();

    String DISCONNECTED_BY = "Whose doing it was that the call ended. Absent from older writers.";
    String OUTCOME = "What the call achieved, a code of the organisation's own from the agent's definition; absent where it says nothing.";

    @Doc("Which run this is about, and whose.")
    record RunRef(
            @Doc("Number of the run.") long id,
            @Doc("Name of the run, WR-AGS- and eight digits.") String name,
            @Doc("Number of the organisation.") long organizationId,
            @Doc("Number of the agent.") long agentId,
            @Doc("Version of the agent's definition that the run uses; it does not change during a run.") int agentVersion,
            @Doc("Partition of socket.commands.v1 that reaches the call's socket.") int slot) {}

    String SESSION_CHECK = "What the provider said when it was asked for the call's session; absent where it was not asked, and from older writers.";
    String FAULTS = "What was wrong that nobody complained of: no_caller_audio, caller_silent, agent_unheard, agent_silent,"
            + " agent_never_answered, slow_turn; absent where"
            + " nothing was, or nobody could tell.";

    @Doc("A provider was asked whether the call's session is live.")
    record SessionCheck(
            @Doc("Whether it said so.") boolean confirmed,
            @Doc("Status of its last answer; absent where it gave none.") @Nullable Integer status,
            @Doc("Milliseconds from the first try to the answer, or until it was given up.") long ms,
            @Doc("How often it was asked.") int tries) {}

    @JsonTypeName("created")
    @Doc("The call is admitted and its run exists.")
    record Created(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that this decision knows.") long after,
            @Doc("When it was decided.") Instant at,
            @Doc("The run.") RunRef run)
            implements RunEvent {}

    @JsonTypeName("running")
    @Doc("The call's session is proved; the agent is to talk.")
    record Running(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that this decision knows.") long after,
            @Doc("When it was decided.") Instant at,
            @Doc("The run.") RunRef run,
            @Doc("How the audio is encoded.") MediaFormat mediaFormat,
            @Doc("The agent's definition: which engine, and what it needs. Absent where definitionKey says where it is.")
                    @Nullable JsonNode definition,
            @Doc("What is known of the call from the start; the agent's template variables are among it.")
                    JsonNode initialContext,
            @Doc("Key of the definition on agent.definitions.v1, where it was written before this event. Absent from older writers.")
                    @Nullable String definitionKey,
            @Doc(Sealing.DOC) @Nullable String sealed,
            @Doc(SESSION_CHECK) @Nullable SessionCheck sessionCheck,
            @Doc("The call that this one goes on with: the provider has opened a newer socket for a session that talked, and the older run"
                            + " ends as replaced. Absent where there is none, and from older writers.")
                    @Nullable CallId replaces)
            implements RunEvent {

        /// A beginning that replaces nothing.
        public Running(
                CallId callId,
                long after,
                Instant at,
                RunRef run,
                MediaFormat mediaFormat,
                @Nullable JsonNode definition,
                JsonNode initialContext,
                @Nullable String definitionKey,
                @Nullable String sealed,
                @Nullable SessionCheck sessionCheck) {
            this(callId, after, at, run, mediaFormat, definition, initialContext, definitionKey, sealed, sessionCheck, null);
        }

        /// A beginning of which nothing is sealed.
        public Running(
                CallId callId,
                long after,
                Instant at,
                RunRef run,
                MediaFormat mediaFormat,
                @Nullable JsonNode definition,
                JsonNode initialContext,
                @Nullable String definitionKey) {
            this(callId, after, at, run, mediaFormat, definition, initialContext, definitionKey, null, null);
        }
    }

    @JsonTypeName("completed")
    @Doc("The run is over, as runs end.")
    record Completed(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that this decision knows.") long after,
            @Doc("When it ended.") Instant at,
            @Doc("The run.") RunRef run,
            @Doc("How it ended.") End end,
            @Doc("WebSocket close code; absent where the call was lost.") @Nullable Integer closeCode,
            @Doc("Milliseconds from running to the end.") long durationMs,
            @Doc("What the owner was charged, as a decimal number.") @Nullable String cost,
            @Doc(DISCONNECTED_BY) @Nullable DisconnectedBy disconnectedBy,
            @Doc(OUTCOME) @Nullable String outcome,
            @Doc(FAULTS) @Nullable List<String> faults,
            @Doc("The call that goes on with this one, where it was replaced. Absent otherwise, and from older writers.")
                    @Nullable CallId replacedBy)
            implements RunEvent {

        /// Of a call that nobody goes on with.
        public Completed(
                CallId callId,
                long after,
                Instant at,
                RunRef run,
                End end,
                @Nullable Integer closeCode,
                long durationMs,
                @Nullable String cost,
                @Nullable DisconnectedBy disconnectedBy,
                @Nullable String outcome,
                @Nullable List<String> faults) {
            this(callId, after, at, run, end, closeCode, durationMs, cost, disconnectedBy, outcome, faults, null);
        }

        /// Of a call with which nothing was wrong.
        public Completed(
                CallId callId,
                long after,
                Instant at,
                RunRef run,
                End end,
                @Nullable Integer closeCode,
                long durationMs,
                @Nullable String cost,
                @Nullable DisconnectedBy disconnectedBy,
                @Nullable String outcome) {
            this(callId, after, at, run, end, closeCode, durationMs, cost, disconnectedBy, outcome, null);
        }

        /// As an older writer says it.
        public Completed(
                CallId callId,
                long after,
                Instant at,
                RunRef run,
                End end,
                @Nullable Integer closeCode,
                long durationMs,
                @Nullable String cost) {
            this(callId, after, at, run, end, closeCode, durationMs, cost, null, null, null);
        }
    }

    @JsonTypeName("failed")
    @Doc("The run is over without having come to its end.")
    record Failed(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that this decision knows.") long after,
            @Doc("When it failed.") Instant at,
            @Doc("The run.") RunRef run,
            @Doc("What went wrong.") Failure failure,
            @Doc("The same in words, as the peer got it.") String reason,
            @Doc("WebSocket close code of the failure. Absent from older writers.") @Nullable Integer closeCode,
            @Doc("Milliseconds from running to the end; absent where the run was never running, and from older writers.")
                    @Nullable Long durationMs,
            @Doc("What the owner was charged, as a decimal number; absent where nothing was.") @Nullable String cost,
            @Doc(DISCONNECTED_BY) @Nullable DisconnectedBy disconnectedBy,
            @Doc(OUTCOME) @Nullable String outcome,
            @Doc(FAULTS) @Nullable List<String> faults,
            @Doc(SESSION_CHECK) @Nullable SessionCheck sessionCheck)
            implements RunEvent {

        /// Of a call with which nothing else was wrong, and for whose session nobody was asked.
        public Failed(
                CallId callId,
                long after,
                Instant at,
                RunRef run,
                Failure failure,
                String reason,
                @Nullable Integer closeCode,
                @Nullable Long durationMs,
                @Nullable String cost,
                @Nullable DisconnectedBy disconnectedBy,
                @Nullable String outcome) {
            this(callId, after, at, run, failure, reason, closeCode, durationMs, cost, disconnectedBy, outcome, null, null);
        }

        /// As an older writer says it.
        public Failed(CallId callId, long after, Instant at, RunRef run, Failure failure, String reason) {
            this(callId, after, at, run, failure, reason, null, null, null, null, null);
        }
    }

    @JsonTypeName("hang_up")
    @Doc("The provider was made to end the call of a run that is over, or could not be made to.")
    record HangUp(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that the order knew.") long after,
            @Doc("When the provider answered, or when it was given up.") Instant at,
            @Doc("The run.") RunRef run,
            @Doc("Whether the provider says that the session is over.") boolean confirmed,
            @Doc("Status of the provider's answer; absent where it gave none.") @Nullable Integer status,
            @Doc("How often it was tried.") int tries,
            @Doc("When the order to end it was written, with the decision that ended the run. Absent from older writers.")
                    @Nullable Instant askedAt)
            implements RunEvent {

        /// As an older writer says it.
        public HangUp(CallId callId, long after, Instant at, RunRef run, boolean confirmed, @Nullable Integer status, int tries) {
            this(callId, after, at, run, confirmed, status, tries, null);
        }
    }

    @JsonTypeName("erased")
    @Doc("All that is personal of the run was erased: by an order, or because its organisation keeps it no longer.")
    record Erased(
            @Doc("The call.") CallId callId,
            @Doc("0: it follows from no record of the call.") long after,
            @Doc("When.") Instant at,
            @Doc("The run.") RunRef run)
            implements RunEvent {}

    @JsonTypeName("transferred")
    @Doc("The caller was given to somebody else, as the agent wanted, or was not.")
    record Transferred(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that the order knew.") long after,
            @Doc("When that was known.") Instant at,
            @Doc("The run.") RunRef run,
            @Doc("Key by which the agent asked for it.") String key,
            @Doc("How it ended. Of a blind one connected says that the provider has the call, and not that anybody has answered; without a status,"
                            + " that nobody knows whether it has, and the caller counts as brought away.")
                    Transfer outcome,
            @Doc("Status of the provider's answer; absent where it gave none, or was not asked.") @Nullable Integer status)
            implements RunEvent {}
}
