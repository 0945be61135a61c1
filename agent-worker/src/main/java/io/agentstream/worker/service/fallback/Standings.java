package io.agentstream.worker.service.fallback;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// How the rows of services stand that a worker's conversations use: what one of them has found out, the others need not. At most [#CAPACITY] of
/// them; the one that was used longest ago is forgotten, and all of it stands again. Any thread.
public final class Standings {

    static final int CAPACITY = 5_000;

    private record Row(long organization, String kind, List<?> services) {}

    private final LongSupplier clockMs;
    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock; the one used longest ago first.
    private final Map<Row, Standing> rows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Row, Standing> eldest) {
            return size() > CAPACITY;
        }
    };

    /// @param clockMs time that only goes forward
    public Standings(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /// @param organization whose keys they are asked with
    /// @param kind what the services do
    /// @param services in their order; told from others by `equals`
    public Standing of(long organization, String kind, List<?> services) {
        lock.lock();
        try {
            return rows.computeIfAbsent(new Row(organization, kind, List.copyOf(services)), row -> new Standing(row.services().size(), clockMs));
        } finally {
            lock.unlock();
        }
    }
}
