package io.agentstream.gateway.socket;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is remembered of addresses, or of agents. What is worth nothing any more is forgotten now and then, so that strangers who
/// come once fill no memory. Guarded by [AdmissionControl].
final class Remembered<V extends Remembered.Trace> {

    private static final int SWEEP_FROM = 1_000;

    interface Trace {

        /// Whether a fresh one would say the same.
        boolean isForgettable(long nowUs);
    }

    private final Supplier<V> fresh;
    private final Map<String, V> traces = new HashMap<>();
    private int sweepAt = SWEEP_FROM;

    Remembered(Supplier<V> fresh) {
        this.fresh = fresh;
    }

    @Nullable V find(String key) {
        return traces.get(key);
    }

    V of(String key, long nowUs) {
        if (traces.size() >= sweepAt) {
            traces.values().removeIf(trace -> trace.isForgettable(nowUs));
            sweepAt = Math.max(SWEEP_FROM, 2 * traces.size());
        }
        return traces.computeIfAbsent(key, absent -> fresh.get());
    }
}
