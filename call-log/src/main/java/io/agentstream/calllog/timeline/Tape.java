package io.agentstream.calllog.timeline;

import java.time.Instant;
import java.util.function.Consumer;

/// Where entries go, and the call's own time. One thread.
final class Tape {

    private final Consumer<TimelineEntry> taker;
    private long acceptedMs;
    private long newestMs;

    /// @param acceptedMs when the socket was accepted, as far as is known so far
    Tape(long acceptedMs, Consumer<TimelineEntry> taker) {
        this.acceptedMs = acceptedMs;
        this.taker = taker;
    }

    void acceptedAt(Instant at) {
        acceptedMs = at.toEpochMilli();
    }

    long acceptedMs() {
        return acceptedMs;
    }

    /// On the call's time line. Clocks of others may be behind the gateway's: nothing is before the call.
    long at(Instant at) {
        return at(at.toEpochMilli());
    }

    long at(long epochMs) {
        return Math.max(0, epochMs - acceptedMs);
    }

    /// The newest time that anything was told of.
    long newestMs() {
        return newestMs;
    }

    void reached(long atMs) {
        newestMs = Math.max(newestMs, atMs);
    }

    void put(TimelineEntry entry) {
        taker.accept(entry);
    }
}
