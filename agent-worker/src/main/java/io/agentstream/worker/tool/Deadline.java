package io.agentstream.worker.tool;

import java.util.concurrent.TimeUnit;

/// When something has to be over. Immutable; any thread.
///
/// @param endNs of [System#nanoTime()]
record Deadline(long endNs) {

    static Deadline in(long ms) {
        return new Deadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /// At least 1.
    long leftMs() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime()));
    }
}
