package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import java.util.LinkedHashMap;
import java.util.Map;

/// Calls that talk to a worker which has no conversation for them. Mostly their run is about to be read; where it still is not after
/// [#LIMIT_MS], the conversation was lost, and nobody else will notice. Bounded: of more calls at once, the oldest is forgotten.
/// Only the loop.
final class NobodysCalls {

    static final long LIMIT_MS = 4_000;

    /// After a pause of this length the count begins anew.
    static final long PAUSE_MS = 10_000;

    static final int CAPACITY = 10_000;

    private record Heard(long firstMs, long lastMs) {}

    private final Map<CallId, Heard> heard = new LinkedHashMap<>();

    /// Whether the call that was heard now has been nobody's for too long.
    boolean heard(CallId callId, long nowMs) {
        Heard before = heard.remove(callId);
        long firstMs = before == null || nowMs - before.lastMs() > PAUSE_MS ? nowMs : before.firstMs();
        if (nowMs - firstMs >= LIMIT_MS) {
            return true;
        }
        heard.put(callId, new Heard(firstMs, nowMs));
        if (heard.size() > CAPACITY) {
            heard.remove(heard.keySet().iterator().next());
        }
        return false;
    }

    void forget(CallId callId) {
        heard.remove(callId);
    }
}
