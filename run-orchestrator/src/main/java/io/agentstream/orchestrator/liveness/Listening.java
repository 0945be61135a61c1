package io.agentstream.orchestrator.liveness;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Since when we have been hearing everything that is said on each partition of `call.lifecycle.v1`. Who has not listened
/// cannot say that somebody was quiet. Any thread.
public final class Listening {

    /// Longest time between two looks at the end of a partition that still counts as hearing everything.
    private static final long MAX_GAP_MS = 5_000;

    /// @param sinceMs when the end was first reached without a gap since
    /// @param lastMs when the end was last reached
    private record Ear(long sinceMs, long lastMs) {}

    private final Map<Integer, Ear> ears = new HashMap<>();

    /// Everything that the partition holds was read at that time.
    public synchronized void atEnd(int partition, long nowMs) {
        ears.merge(partition, new Ear(nowMs, nowMs), (old, fresh) ->
                nowMs - old.lastMs() > MAX_GAP_MS ? fresh : new Ear(old.sinceMs(), nowMs));
    }

    /// The partition is no longer ours.
    public synchronized void forget(int partition) {
        ears.remove(partition);
    }

    /// Kafka was away: nobody could say anything.
    public synchronized void interrupted() {
        ears.clear();
    }

    /// Partitions that we have been listening to for that long, up to now.
    public synchronized List<Integer> heardFor(Duration time, long nowMs) {
        return ears.entrySet().stream()
                .filter(e -> nowMs - e.getValue().lastMs() <= MAX_GAP_MS
                        && e.getValue().lastMs() - e.getValue().sinceMs() >= time.toMillis() - MAX_GAP_MS
                        && nowMs - e.getValue().sinceMs() >= time.toMillis())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
