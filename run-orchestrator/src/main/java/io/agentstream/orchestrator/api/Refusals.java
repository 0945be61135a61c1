package io.agentstream.orchestrator.api;

import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// Counts requests that were told to come again later, by why. Any thread.
final class Refusals {
    private final Map<Why, Counter> counters = new EnumMap<>(Why.class);

    enum Why {
        /// The key asks more often than it may.
        READ_RATE,
        CHANGE_RATE,
        EXPORT_RATE,
        /// The organisation's requests have taken their share of the processors.
        SHARE,
        /// The organisation has as many requests under way, or streams, as one may have.
        REQUESTS_OF_ONE,
        STREAMS_OF_ONE,
        FOLLOWERS_OF_ONE,
        /// There is no room for anybody's.
        REQUESTS,
        STREAMS,
        FOLLOWERS,
        /// The address has tried too many keys.
        FAILED_KEYS;

        static Why rate(RateLimits.Kind kind) {
            return switch (kind) {
                case READ -> READ_RATE;
                case CHANGE -> CHANGE_RATE;
                case EXPORT -> EXPORT_RATE;
            };
        }
    }

    Refusals(Metrics metrics) {
        for (Why why : Why.values()) {
            counters.put(
                    why,
                    metrics.counter("agent_stream_orchestrator_api_refused", "why", why.name().toLowerCase(Locale.ROOT)));
        }
    }

    /// Counts it, and says `reply`.
    Reply count(Why why, Reply reply) {
        Counter counter = counters.get(why);
        if (counter != null) {
            counter.increment();
        }
        return reply;
    }
}
