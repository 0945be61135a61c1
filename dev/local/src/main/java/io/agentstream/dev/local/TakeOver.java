package io.agentstream.dev.local;

import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What a caller noticed of it that the worker of the call was killed. Times of the call are milliseconds after its `start`.
///
/// @param killedMs when the worker was killed
/// @param resumedMs from then until another went on
/// @param gapMs from then until the first frame that the other has sent came to the caller
/// @param silentMs the longest time without any frame in between; less than the gap where the gateway still had some of the dead one's
record TakeOver(long killedMs, long resumedMs, long gapMs, long silentMs) {

    /// The clear that a take-over begins with, where there is one, comes within this.
    private static final long CLEAR_MS = 1_000;

    /// Nothing where the conversation did not go on, or the agent had nothing more to say.
    ///
    /// @param startedAt when the call's `start` was sent
    /// @param events of its run
    static Optional<TakeOver> of(CallOutcome call, Instant startedAt, Instant killedAt, List<JsonNode> events) {
        long killedMs = killedAt.toEpochMilli() - startedAt.toEpochMilli();
        Optional<Long> resumed = events.stream()
                .filter(event -> event.path("type").asString("").matches("(conversation\\.)?resumed"))
                .map(event -> Instant.parse(event.path("at").asString()).toEpochMilli() - startedAt.toEpochMilli())
                .filter(atMs -> atMs >= killedMs)
                .findFirst();
        if (resumed.isEmpty()) {
            return Optional.empty();
        }
        long resumedMs = resumed.get();
        long fromMs = call.events(CallEvent.Kind.CLEARED).stream()
                .map(CallEvent::atMs)
                .filter(atMs -> atMs >= resumedMs && atMs < resumedMs + CLEAR_MS)
                .findFirst()
                .orElse(resumedMs);
        return call.arrivalsMs().stream()
                .filter(atMs -> atMs >= fromMs)
                .findFirst()
                .map(next -> new TakeOver(killedMs, resumedMs - killedMs, next - killedMs, silentMs(call.arrivalsMs(), killedMs, next)));
    }

    private static long silentMs(List<Long> arrivalsMs, long killedMs, long nextMs) {
        long beforeMs = killedMs;
        long longestMs = 0;
        for (long atMs : arrivalsMs) {
            if (atMs > killedMs && atMs <= nextMs) {
                longestMs = Math.max(longestMs, atMs - beforeMs);
                beforeMs = atMs;
            }
        }
        return longestMs;
    }
}
