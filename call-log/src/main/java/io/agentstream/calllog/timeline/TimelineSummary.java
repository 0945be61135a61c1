package io.agentstream.calllog.timeline;

import io.agentstream.calllog.CallEntry.Why;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call in a few figures. Times are milliseconds since the socket was accepted. What is not known is null.
///
/// @param acceptedAt when the socket was accepted, RFC 3339
/// @param durationMs from the accepted socket to its close; as long as it is open, to the newest thing that is known
/// @param talkMs from running to the end; null where the call never ran
/// @param end how it ended; null where it failed or goes on
/// @param failure what went wrong
/// @param disconnectedBy whose doing it was
/// @param outcome what it achieved, in the words of the agent's definition
/// @param answeredAfterMs until the caller heard the agent for the first time
/// @param turns number of the newest turn
/// @param slowestTurn the turn whose answer was waited for the longest
/// @param talk who made a sound for how long
/// @param longestSilence null where neither side was ever silent for more than two seconds
/// @param faults what was wrong that nobody complained of; so far, while the call goes on
/// @param gaps what is missing: then the figures are of what is left
public record TimelineSummary(
        @Nullable String acceptedAt,
        long durationMs,
        @Nullable Long talkMs,
        @Nullable String end,
        @Nullable String failure,
        @Nullable Integer closeCode,
        @Nullable String disconnectedBy,
        @Nullable String outcome,
        @Nullable Long answeredAfterMs,
        int turns,
        int interruptions,
        int keys,
        int takeovers,
        @Nullable SlowestTurn slowestTurn,
        @Nullable Talk talk,
        @Nullable LongestSilence longestSilence,
        Frames frames,
        boolean oneWayAudio,
        List<Fault> faults,
        List<MissingPart> gaps) {

    /// @param turn null where it is the wait for the agent's first word
    public record SlowestTurn(long atMs, @Nullable Integer turn, long ms) {}

    /// @param callerMs null where the caller's audio is gone or sealed
    /// @param agentMs milliseconds of the agent's audio that the caller heard
    /// @param silenceMs while the call was running and neither made a sound; null where one of them is not known
    public record Talk(@Nullable Long callerMs, long agentMs, @Nullable Long silenceMs) {}

    public record LongestSilence(long fromMs, long ms) {}

    /// Of the caller's audio.
    public record Frames(int received, int late, long worstLateMs, int lost, long lostMs) {}

    /// @param turn null where it is the whole call
    /// @param ms how long it was waited; null where it is no wait
    public record Fault(SilentFault fault, long atMs, @Nullable Integer turn, @Nullable Long ms) {}

    public record MissingPart(String topic, Why why) {}
}
