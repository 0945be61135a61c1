package io.agentstream.orchestrator.liveness;

import io.agentstream.schemas.CallId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The calls whose end was read and is not decided on yet, because it waits for its turn, for the database, or for what has to be known first.
/// Their gateway has said how they ended: nobody else ends their runs meanwhile. As many as there are such records under way. Any thread.
public final class EndsUnderWay {

    private final Map<CallId, Integer> ends = new ConcurrentHashMap<>();

    /// A call's end was read.
    public void read(CallId callId) {
        ends.merge(callId, 1, Integer::sum);
    }

    /// It was decided on, put aside, or left to somebody else.
    public void handled(CallId callId) {
        ends.computeIfPresent(callId, (_, readings) -> readings == 1 ? null : readings - 1);
    }

    /// Whether the call's end is still to be decided on.
    public boolean isUnderWay(CallId callId) {
        return ends.containsKey(callId);
    }
}
