package io.agentstream.orchestrator.liveness;

import io.agentstream.schemas.CallId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Calls of whose conversation we have read, and which the database does not know of yet: their records are under way. As many as
/// there are records under way at most. Any thread.
public final class Beginnings {

    private final Set<CallId> read = ConcurrentHashMap.newKeySet();

    /// A record of the call's conversation was read.
    public void read(CallId callId) {
        read.add(callId);
    }

    /// It was handled, or left to somebody else.
    public void handled(CallId callId) {
        read.remove(callId);
    }

    boolean isUnderWay(CallId callId) {
        return read.contains(callId);
    }
}
