package io.agentstream.orchestrator.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which runs of an organisation to list; null is no condition.
///
/// @param end how it ended, such as `caller_hangup`
/// @param failure code of what it failed for, such as `unknown_domain`
/// @param agentId number of one of the organisation's agents
/// @param caller the caller's number, as the run has it
/// @param called the number that was called
/// @param externalCallId what the provider, or who made the stream's URL, calls the call: the URL's name, the session, or the media's name
/// @param createdFrom created then or later
/// @param createdBefore created earlier than that
/// @param minDurationMs talked for so many milliseconds, or longer
/// @param maxDurationMs talked for so many whole milliseconds, or shorter
/// @param text what was said in it
public record RunFilter(
        @Nullable RunState state,
        @Nullable String end,
        @Nullable String failure,
        @Nullable Long agentId,
        @Nullable String caller,
        @Nullable String called,
        @Nullable String externalCallId,
        @Nullable Instant createdFrom,
        @Nullable Instant createdBefore,
        @Nullable Long minDurationMs,
        @Nullable Long maxDurationMs,
        @Nullable TextQuery text) {

    public static final RunFilter ALL =
            new RunFilter(null, null, null, null, null, null, null, null, null, null, null, null);

    public static RunFilter ofAgent(long agentId) {
        return ALL.withAgent(agentId);
    }

    public RunFilter withAgent(long agent) {
        return new RunFilter(
                state, end, failure, agent, caller, called, externalCallId, createdFrom, createdBefore, minDurationMs,
                maxDurationMs, text);
    }

    public RunFilter withText(@Nullable TextQuery query) {
        return new RunFilter(
                state, end, failure, agentId, caller, called, externalCallId, createdFrom, createdBefore, minDurationMs,
                maxDurationMs, query);
    }

    /// Without numbers, which are a caller's.
    @Override
    public String toString() {
        return "RunFilter[" + state + ", " + end + ", " + failure + "]";
    }
}
