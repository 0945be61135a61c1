package io.agentstream.orchestrator.follow;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Positions that were passed and not seen: their transactions have not committed, or never will. Each is waited for as long as a
/// transaction may take, [#PATIENCE_NS]; there are at most [#MAX]. One thread.
final class Holes {
    private static final long PATIENCE_NS = 30_000_000_000L;
    private static final int MAX = 1_000;

    private final TreeMap<Long, Long> since = new TreeMap<>();

    /// Everything between two positions that were seen one after the other.
    void between(long from, long to, long nowNs) {
        for (long position = Math.max(from + 1, to - MAX); position < to; position++) {
            since.put(position, nowNs);
        }
        while (since.size() > MAX) {
            since.pollFirstEntry();
        }
    }

    void filled(long position) {
        since.remove(position);
    }

    /// Those that are waited for no longer are forgotten.
    void forget(long nowNs) {
        for (Iterator<Map.Entry<Long, Long>> each = since.entrySet().iterator(); each.hasNext(); ) {
            if (nowNs - each.next().getValue() > PATIENCE_NS) {
                each.remove();
            }
        }
    }

    Set<Long> positions() {
        return since.keySet();
    }

    boolean isEmpty() {
        return since.isEmpty();
    }

    void clear() {
        since.clear();
    }
}
