package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import java.util.LinkedHashSet;
import java.util.Set;

/// The calls that ended last, so that what still comes of them begins nothing. Only the loop.
final class EndedCalls {

    static final int CAPACITY = 10_000;

    private final Set<CallId> calls = new LinkedHashSet<>();

    void add(CallId callId) {
        if (calls.add(callId) && calls.size() > CAPACITY) {
            calls.remove(calls.iterator().next());
        }
    }

    boolean contains(CallId callId) {
        return calls.contains(callId);
    }
}
