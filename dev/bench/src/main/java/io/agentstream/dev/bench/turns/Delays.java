package io.agentstream.dev.bench.turns;

import java.util.List;

/// Delays in their order. Any thread.
final class Delays {

    /// There was none.
    static final long NONE = -1;

    private Delays() {}

    /// @param sortedMs from the shortest to the longest
    /// @param share 0.5 for the median
    static long at(List<Long> sortedMs, double share) {
        return sortedMs.isEmpty() ? NONE : sortedMs.get((int) Math.round(share * (sortedMs.size() - 1)));
    }
}
