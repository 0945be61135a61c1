package io.agentstream.worker.engine.cascade;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many services are connected to in advance. A worker that takes over hundreds of calls at once would make hundreds of connections at once, to services that
/// refuse as many, and on processors that callers wait for; and most of these calls have nothing to say yet. What is beyond the limit is connected to
/// when it is needed. Any thread.
final class Preparations {

    /// More than begin by themselves in a worker.
    static final int IN_SECOND = 20;

    private static final long SECOND_MS = 1_000;

    private final LongSupplier clockMs;
    /// Up to when the room for connections is given away.
    private final AtomicLong givenUntilMs = new AtomicLong(Long.MIN_VALUE);

    /// @param clockMs time that only goes forward
    Preparations(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /// Whether one more may be made now.
    boolean mayPrepare() {
        long nowMs = clockMs.getAsLong();
        while (true) {
            long given = givenUntilMs.get();
            long next = Math.max(given, nowMs) + SECOND_MS / IN_SECOND;
            if (next > nowMs + SECOND_MS) {
                return false;
            }
            if (givenUntilMs.compareAndSet(given, next)) {
                return true;
            }
        }
    }
}
