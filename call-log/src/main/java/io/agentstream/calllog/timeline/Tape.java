package io.agentstream.calllog.timeline;

import java.time.Instant;
import java.util.function.Consumer;

/// Where entries go, and the call's own time. One thread.
final class Tape {

    /// The end of the year 9999. Whoever has made a file up may have put any time into it; what is later than this is at this.
    private static final long LATEST_MS = 253_402_300_799_999L;

    private final Consumer<TimelineEntry> taker;
    private long acceptedMs;
    private long newestMs;

    /// @param acceptedMs when the socket was accepted, as far as is known so far
    Tape(long acceptedMs, Consumer<TimelineEntry> taker) {
        this.acceptedMs = acceptedMs;
        this.taker = taker;
    }

    void acceptedAt(Instant at) {
        acceptedMs = bounded(at);
    }

    long acceptedMs() {
        return acceptedMs;
    }

    /// On the call's time line. Clocks of others may be behind the gateway's: nothing is before the call.
    long at(Instant at) {
        return Math.max(0, bounded(at) - acceptedMs);
    }

    long at(long epochMs) {
        return Math.max(0, Math.clamp(epochMs, 0, LATEST_MS) - acceptedMs);
    }

    private static long bounded(Instant at) {
        return Math.clamp(at.getEpochSecond(), 0, LATEST_MS / 1_000) * 1_000 + at.getNano() / 1_000_000;
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
