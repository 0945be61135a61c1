package io.agentstream.orchestrator.liveness;

import io.agentstream.schemas.CallId;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What the database does not know of the conversations that are to begin: the calls of whose conversation we have read, whose
/// records are under way, and when it was said of the newest calls that they may talk, from which on a worker has its time. As many
/// as there are records under way, and calls that began within that time. Any thread.
public final class Beginnings {

    /// Records of a call's conversation that are under way. Where a partition goes away and comes back, the same record may be so twice: whoever
    /// leaves the first reading must not take the second one with it.
    ///
    /// @param at of when the first of them is
    private record UnderWay(Instant at, int records) {}

    private final Map<CallId, UnderWay> read = new ConcurrentHashMap<>();
    private final Map<CallId, Instant> said = new ConcurrentHashMap<>();

    /// A record of the call's conversation was read.
    ///
    /// @param at of when it is
    public void read(CallId callId, Instant at) {
        read.merge(callId, new UnderWay(at, 1), (known, _) -> new UnderWay(known.at(), known.records() + 1));
    }

    /// It was handled, or left to somebody else.
    public void handled(CallId callId) {
        read.computeIfPresent(callId, (_, known) -> known.records() == 1 ? null : new UnderWay(known.at(), known.records() - 1));
    }

    /// It is being decided whether the call may talk, or said that it may.
    public void starting(CallId callId) {
        said.put(callId, Instant.MAX);
    }

    /// That is said, as of `at`.
    public void started(CallId callId, Instant at) {
        said.put(callId, at);
    }

    /// Of when the first record of the call's conversation is that was read and is under way; null where none is.
    @Nullable Instant firstRead(CallId callId) {
        UnderWay known = read.get(callId);
        return known == null ? null : known.at();
    }

    /// Whether a conversation is being noted, or cannot be missed yet: it was said after `before` that the call may talk.
    boolean isUnderWay(CallId callId, Instant before) {
        return read.containsKey(callId) || said.getOrDefault(callId, Instant.MIN).isAfter(before);
    }

    /// Forgets what was said by `before`.
    void forget(Instant before) {
        said.values().removeIf(at -> !at.isAfter(before));
    }
}
