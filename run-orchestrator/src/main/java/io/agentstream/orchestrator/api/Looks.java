package io.agentstream.orchestrator.api;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Who has looked at what a while ago, [#MOST] of them: a stream that breaks is connected to again and again, a player asks for a call in many
/// parts, and all of that is one look, with one entry in the audit log of each process. Any thread.
///
/// @param <K> by which two are the same
final class Looks<K> {

    /// A stream that is connected to again.
    static final long STREAM_NS = TimeUnit.MINUTES.toNanos(15);

    static final int MOST = 10_000;

    private final long sameNs;
    private final LongSupplier nanoTime;

    /// When, the one that is noted longest ago first. Guarded by this.
    private final Map<K, Long> noted = new LinkedHashMap<>();

    /// @param key that it was done with
    /// @param action as the audit log has it
    /// @param id what was looked at
    record Look(long key, String action, long id) {}

    /// @param sameNs for how long it is the same look
    Looks(long sameNs, LongSupplier nanoTime) {
        this.sameNs = sameNs;
        this.nanoTime = nanoTime;
    }

    /// Whether it is to be written down: it was not within that time.
    synchronized boolean isNew(K look) {
        Long atNs = noted.get(look);
        return atNs == null || nanoTime.getAsLong() - atNs >= sameNs;
    }

    /// It is written down.
    synchronized void noted(K look) {
        long nowNs = nanoTime.getAsLong();
        noted.remove(look);
        noted.put(look, nowNs);
        Iterator<Long> oldest = noted.values().iterator();
        while (oldest.hasNext() && (nowNs - oldest.next() >= sameNs || noted.size() > MOST)) {
            oldest.remove();
        }
    }

    /// Whether it is new, to one of those who ask at once; it is noted before it is written down.
    synchronized boolean begins(K look) {
        boolean begins = isNew(look);
        if (begins) {
            noted(look);
        }
        return begins;
    }

    /// It could not be written down.
    synchronized void forget(K look) {
        noted.remove(look);
    }
}
