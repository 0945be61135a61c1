package io.agentstream.orchestrator.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Who has looked at what a while ago: a stream that breaks is connected to again and again, and all of that is one look, with one entry in
/// the audit log of each process. Remembers [#MOST] looks. Any thread.
final class Looks {

    static final long SAME_NS = TimeUnit.MINUTES.toNanos(15);
    static final int MOST = 10_000;

    private final LongSupplier nanoTime;
    /// When, the one that is noted longest ago first. Guarded by this.
    private final Map<Look, Long> noted = new LinkedHashMap<>();

    /// @param key that it was done with
    /// @param action as the audit log has it
    /// @param id what was looked at
    record Look(long key, String action, long id) {}

    Looks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Whether it is to be noted: it was not within the last [#SAME_NS].
    synchronized boolean isNew(Look look) {
        Long atNs = noted.get(look);
        return atNs == null || nanoTime.getAsLong() - atNs >= SAME_NS;
    }

    /// It stands in the audit log.
    synchronized void noted(Look look) {
        noted.remove(look);
        noted.put(look, nanoTime.getAsLong());
        if (noted.size() > MOST) {
            noted.remove(noted.keySet().iterator().next());
        }
    }
}
