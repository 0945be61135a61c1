package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.Pace;
import io.agentstream.orchestrator.provider.Turns;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/// Keeps the requests of each domain within the provider's limit: in any window at most so many. A request takes its place
/// in line at once and is told how long to wait; one that would have to wait past its deadline takes none. Any thread.
///
/// Remembers the last [#MAX_DOMAINS] domains used; one that is forgotten starts with an empty window.
final class DomainLimiter implements Pace {
    static final int MAX_DOMAINS = 10_000;

    private final int requests;
    private final long windowNanos;
    private final Map<String, Window> domains = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MAX_DOMAINS;
        }
    };

    /// When the last `requests` requests of a domain go out: a ring, `next` is the oldest.
    private static final class Window {
        final long[] times;
        int used;
        int next;

        Window(int requests) {
            times = new long[requests];
        }
    }

    DomainLimiter(int requests, long windowNanos) {
        this.requests = requests;
        this.windowNanos = windowNanos;
    }

    @Override
    public synchronized OptionalLong reserve(String domain, long nowNanos, long deadlineNanos) {
        Window turns = domains.computeIfAbsent(domain, _ -> new Window(requests));
        long at = nowNanos;
        if (turns.used == requests) {
            long free = turns.times[turns.next] + windowNanos;
            if (free - nowNanos > 0) {
                at = free;
            }
        }
        if (at - deadlineNanos >= 0) {
            return OptionalLong.empty();
        }
        turns.times[turns.next] = at;
        turns.next = (turns.next + 1) % requests;
        turns.used = Math.min(turns.used + 1, requests);
        return OptionalLong.of(at - nowNanos);
    }

    @Override
    public synchronized Turns take(String domain, int most) {
        long now = System.nanoTime();
        int taken = 0;
        while (taken < most && reserve(domain, now, now + 1).isPresent()) {
            taken++;
        }
        return new Turns(taken, null, now);
    }
}
