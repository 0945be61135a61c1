package io.agentstream.orchestrator.api;

import java.util.concurrent.atomic.AtomicLong;

/// What waits to be sent to all followers together: one budget. Where it is used up, whoever has more waiting than [#SHARE] takes no more
/// before he has taken that. Any thread.
final class QueuedBytes {

    static final long ALL = 64L << 20;

    /// A thousand followers may have so much each, whatever the others do.
    static final int SHARE = 64 << 10;

    private final AtomicLong waiting = new AtomicLong();

    void add(int bytes) {
        waiting.addAndGet(bytes);
    }

    void remove(int bytes) {
        waiting.addAndGet(-bytes);
    }

    /// Whether one who has so much waiting is given no more for now.
    boolean isFull(int ofOne) {
        return ofOne > SHARE && waiting.get() > ALL;
    }
}
