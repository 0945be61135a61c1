package io.agentstream.schemas;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

@Doc("What an organisation used in one minute, by the time at which its runs ended: the sum of its runs on runs.v1.")
public record Usage(
        @Doc("Number of the organisation.") long organizationId,
        @Doc("Beginning of the minute.") Instant minute,
        @Doc("Runs that ended.") long completed,
        @Doc("Runs that failed.") long failed,
        @Doc("Milliseconds of talk of the runs that ended.") long talkMs,
        @Doc("Runs: those that ended and those that failed. Absent from older writers, as all that follows.")
                @Nullable Long offered,
        @Doc("Runs that came to talk; the others are refused.") @Nullable Long admitted,
        @Doc("Runs that never came to talk, by the code of their failure; absent where there were none.")
                @Nullable Map<String, Long> refused,
        @Doc("Started seconds of talk.") @Nullable Long seconds,
        @Doc("What was charged, as a decimal number.") @Nullable String cost,
        @Doc("The same for each agent, by its number.") @Nullable Map<String, AgentUsage> agents) {}
