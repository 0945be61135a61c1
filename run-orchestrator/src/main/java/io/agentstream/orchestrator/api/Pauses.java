package io.agentstream.orchestrator.api;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Whoever asks more than it may is told so after a pause. Else a client that asks again at once, with each of its connections, is told so
/// thousands of times a second, and what that costs is everybody's. A pause holds nothing but the request's virtual thread; of more than
/// [#OF_ONE] of one organisation, or [#ALL], at a time the rest is told at once. Any thread.
final class Pauses {
    static final int ALL = 1_000;
    static final int OF_ONE = 128;
    static final long MS = 250;

    private final long ms;
    private final Map<Long, Integer> pausing = new HashMap<>();
    private int all;

    Pauses() {
        this(MS);
    }

    Pauses(long ms) {
        this.ms = ms;
    }

    void pause(long organizationId) throws InterruptedException {
        if (enter(organizationId)) {
            try {
                TimeUnit.MILLISECONDS.sleep(ms);
            } finally {
                leave(organizationId);
            }
        }
    }

    private synchronized boolean enter(long organizationId) {
        int these = pausing.getOrDefault(organizationId, 0);
        if (all >= ALL || these >= OF_ONE) {
            return false;
        }
        all++;
        pausing.put(organizationId, these + 1);
        return true;
    }

    private synchronized void leave(long organizationId) {
        all--;
        pausing.computeIfPresent(organizationId, (_, count) -> count == 1 ? null : count - 1);
    }
}
