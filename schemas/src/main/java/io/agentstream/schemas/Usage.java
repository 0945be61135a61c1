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
        @Doc("The same for each agent, by its number.") @Nullable Map<String, AgentUsage> agents,
        @Doc("Version of these fields: a larger one has all of a smaller one's, and more. Absent from older writers.")
                @Nullable Integer schemaVersion,
        @Doc("Version of the orchestrator that told this. Absent from older writers.") @Nullable String producerVersion) {

    /// The version of the fields above.
    public static final int SCHEMA_VERSION = 2;

    /// Of which it is not said who tells it.
    public Usage(
            long organizationId,
            Instant minute,
            long completed,
            long failed,
            long talkMs,
            @Nullable Long offered,
            @Nullable Long admitted,
            @Nullable Map<String, Long> refused,
            @Nullable Long seconds,
            @Nullable String cost,
            @Nullable Map<String, AgentUsage> agents) {
        this(organizationId, minute, completed, failed, talkMs, offered, admitted, refused, seconds, cost, agents, null, null);
    }

    /// The same, told by that version of ours.
    public Usage toldBy(String producer) {
        return new Usage(
                organizationId, minute, completed, failed, talkMs, offered, admitted, refused, seconds, cost, agents, SCHEMA_VERSION, producer);
    }
}
