package io.agentstream.orchestrator.api;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How often one API key may ask, by what is asked. Holds for this process: behind a balancer over several of them a key has that of
/// each. The operator's key has no limit. Remembers [#MAX_KEYS] keys of each kind. Any thread.
final class RateLimits {
    static final int MAX_KEYS = 10_000;

    /// What may come at once, in seconds' worth.
    private static final int BURST_SECONDS = 10;

    private static final double SECONDS_PER_MINUTE = 60;

    private final Map<Kind, Allowances<Long>> allowances = new EnumMap<>(Kind.class);

    /// What is asked for.
    enum Kind {
        /// Looks at something.
        READ,
        /// Changes something.
        CHANGE,
        /// Streams a whole list, or a whole call.
        EXPORT;

        static Kind of(Route route, String type) {
            if (!route.method().equals("GET")) {
                return CHANGE;
            }
            return type.equals(MediaTypes.NDJSON) || type.equals(MediaTypes.CSV) || type.equals(MediaTypes.ZSTD) ? EXPORT : READ;
        }
    }

    RateLimits(Api.Rates rates, LongSupplier nanoTime) {
        allowances.put(Kind.READ, perSecond(rates.readsPerSecond(), nanoTime));
        allowances.put(Kind.CHANGE, perSecond(rates.changesPerSecond(), nanoTime));
        int exports = rates.exportsPerMinute();
        allowances.put(Kind.EXPORT, new Allowances<>(exports, exports / SECONDS_PER_MINUTE, MAX_KEYS, nanoTime));
    }

    private static Allowances<Long> perSecond(int rate, LongSupplier nanoTime) {
        return new Allowances<>(BURST_SECONDS * (double) rate, rate, MAX_KEYS, nanoTime);
    }

    /// 0 where the key may ask, which is counted; else for how many seconds it has to wait.
    int take(long keyId, Kind kind) {
        Allowances<Long> allowance = allowances.get(kind);
        return allowance == null ? 0 : allowance.take(keyId);
    }
}
