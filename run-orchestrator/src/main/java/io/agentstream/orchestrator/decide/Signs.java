package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.RunRows.RunRow;
import java.time.Instant;

/// When calls were last heard of. Pure; any thread.
final class Signs {

    private Signs() {}

    /// When the gateway last spoke of the call, by its own clock, but not later than we read it: what is charged must not depend
    /// on when a sign was read. A sign that was read after that one, by a version that keeps no more of it, is newer.
    static Instant last(RunRow row) {
        Instant own = row.aliveAt();
        Instant read = row.aliveReadAt();
        boolean isNewest = read != null && !read.isBefore(row.lastSeenAt());
        return isNewest && own != null && own.isBefore(row.lastSeenAt()) ? own : row.lastSeenAt();
    }
}
