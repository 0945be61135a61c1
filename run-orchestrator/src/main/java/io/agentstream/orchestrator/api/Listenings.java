package io.agentstream.orchestrator.api;

import io.agentstream.calllog.audio.CallWav.Channels;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Who has begun to listen to what in the last [#TOGETHER_NS], [#MOST] of them: a player asks for a call in many parts, which are one
/// listening. Any thread.
final class Listenings {

    static final long TOGETHER_NS = TimeUnit.MINUTES.toNanos(10);
    static final int MOST = 10_000;

    private final LongSupplier nanoTime;

    /// Oldest first. Guarded by this.
    private final Map<Listening, Long> begun = new LinkedHashMap<>();

    record Listening(long keyId, long runId, Channels channels) {}

    Listenings(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Whether it has not begun yet; from now on it has.
    synchronized boolean begins(Listening listening) {
        long nowNs = nanoTime.getAsLong();
        Iterator<Long> oldest = begun.values().iterator();
        while (oldest.hasNext() && (nowNs - oldest.next() >= TOGETHER_NS || begun.size() >= MOST)) {
            oldest.remove();
        }
        return begun.putIfAbsent(listening, nowNs) == null;
    }

    /// It could not be written down.
    synchronized void forget(Listening listening) {
        begun.remove(listening);
    }
}
