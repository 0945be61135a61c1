package io.agentstream.worker.service.fallback;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// How the rows of services stand that a worker's conversations use: what one of them has found out, the others need not. At most [#CAPACITY] of
/// them; the one that was used longest ago is forgotten, and all of it stands again. Any thread.
public final class Standings {

    static final int CAPACITY = 5_000;

    private final LongSupplier clockMs;
    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock; the one used longest ago first.
    private final Map<Object, Standing> rows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Standing> eldest) {
            return size() > CAPACITY;
        }
    };

    /// @param clockMs time that only goes forward
    public Standings(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /// @param row what tells it from others, by `equals`: whose it is, and which services in which order
    /// @param members how many services it has
    public Standing of(Object row, int members) {
        lock.lock();
        try {
            return rows.computeIfAbsent(row, _ -> new Standing(members, clockMs));
        } finally {
            lock.unlock();
        }
    }
}
