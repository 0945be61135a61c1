package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.OpenRuns;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/// Whether anybody has served a call: a worker held its conversation before it ended. What an agent never says is its own matter; a worker
/// that takes a call which is over has not served it. The clocks of workers and gateways agree, to within what a worker tolerates of late audio.
/// Only the thread that has the connection.
final class Served {

    private Served() {}

    /// As far as it is kept with the run, whose row is locked.
    static boolean isKept(Connection connection, RunRow run, Instant end) throws SQLException {
        Instant began = run.conversationAt();
        return began == null ? OpenRuns.hasStory(connection, run.id()) : !began.isAfter(end);
    }
}
