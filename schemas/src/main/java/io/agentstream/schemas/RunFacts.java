package io.agentstream.schemas;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

@Doc("The latest facts of a run, for analytics.")
public record RunFacts(
        @Doc("The call.") CallId callId,
        @Doc("The run.") RunEvent.RunRef run,
        @Doc("State: initialized, running, completed or failed.") String state,
        @Doc("When it was created.") @Nullable Instant createdAt,
        @Doc("When the agent began to talk.") @Nullable Instant startedAt,
        @Doc("When it was over.") @Nullable Instant endedAt,
        @Doc("Milliseconds from running to the end.") @Nullable Long durationMs,
        @Doc("How it ended.") @Nullable End end,
        @Doc("What went wrong.") @Nullable Failure failure,
        @Doc("What the owner was charged, as a decimal number.") @Nullable String cost) {}
