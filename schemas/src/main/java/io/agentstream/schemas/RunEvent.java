package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the orchestrator decided of a run, on `run.events.v1`: one `created`, at most one `running`, one of `completed` and
/// `failed`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface RunEvent {

    CallId callId();

    /// Sequence number of the call's newest record that the decision takes into account.
    long after();

    Instant at();

    RunRef run();

    @Doc("Which run this is about, and whose.")
    record RunRef(
            @Doc("Number of the run.") long id,
            @Doc("Name of the run, WR-AGS- and eight digits.") String name,
            @Doc("Number of the organisation.") long organizationId,
            @Doc("Number of the agent.") long agentId,
            @Doc("Version of the agent's definition that the run uses; it does not change during a run.") int agentVersion,
            @Doc("Partition of socket.commands.v1 that reaches the call's socket.") int slot) {}

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
                    @Nullable String definitionKey)
            implements RunEvent {}

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
            @Doc("What the owner was charged, as a decimal number.") @Nullable String cost)
            implements RunEvent {}

    @JsonTypeName("failed")
    @Doc("The run is over without having come to its end.")
    record Failed(
            @Doc("The call.") CallId callId,
            @Doc("The call's newest record that this decision knows.") long after,
            @Doc("When it failed.") Instant at,
            @Doc("The run.") RunRef run,
            @Doc("What went wrong.") Failure failure,
            @Doc("The same in words, as the peer got it.") String reason)
            implements RunEvent {}
}
