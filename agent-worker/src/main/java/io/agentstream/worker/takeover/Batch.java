package io.agentstream.worker.takeover;

import java.util.concurrent.atomic.AtomicInteger;

/// Some events and snapshots that were sent one after the other, and what became of them. Any thread.
public final class Batch {

    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean failed;

    /// One more is sent.
    public void sent() {
        underWay.incrementAndGet();
    }

    /// Of one more it is known what became of it.
    ///
    /// @param mayBeTriedAgain whether it was not written, and may be another time
    public void settled(boolean mayBeTriedAgain) {
        if (mayBeTriedAgain) {
            failed = true;
        }
        underWay.decrementAndGet();
    }

    /// Whether of each it is known what became of it. Only of a batch to which nothing is added any more.
    boolean isSettled() {
        return underWay.get() == 0;
    }

    /// Whether some of it was not written that may be written another time.
    boolean hasFailed() {
        return failed;
    }
}
