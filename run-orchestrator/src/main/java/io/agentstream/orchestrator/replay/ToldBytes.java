package io.agentstream.orchestrator.replay;

import java.util.concurrent.atomic.AtomicLong;

/// What is kept of all runs that are followed in a process, in bytes: one budget. Where it is used up, those keep no more that have their
/// share of it, so that there is room for the others. Any thread.
final class ToldBytes {

    static final long ALL = 32L << 20;

    /// What each run may keep, whatever the others do.
    static final long SHARE = ALL / FollowedRuns.MAX;

    /// Some hours of a lively call, where there is room.
    static final long OF_ONE = 12L << 20;

    private final AtomicLong kept = new AtomicLong();

    void add(long bytes) {
        kept.addAndGet(bytes);
    }

    void remove(long bytes) {
        kept.addAndGet(-bytes);
    }

    long kept() {
        return kept.get();
    }

    /// Whether a run that keeps so much keeps no more.
    boolean isFull(long ofOne) {
        return ofOne >= OF_ONE || (ofOne >= SHARE && kept.get() >= ALL);
    }
}
