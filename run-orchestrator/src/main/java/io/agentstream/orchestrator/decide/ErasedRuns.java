package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/// Says of runs that all that is personal of them is gone. Only the thread that has the connection, and in the transaction that took it out:
/// so it is said once, and whoever dies before it has said so is followed by somebody.
public final class ErasedRuns {

    private ErasedRuns() {}

    /// Announces until one cannot be: when Kafka is away each of them would wait for it. The others stand in the outbox.
    ///
    /// @param told whether it is said; blocks
    public static void announce(List<Decision> erased, Predicate<Decision> told) {
        for (Decision each : erased) {
            if (!told.test(each)) {
                return;
            }
        }
    }

    /// @param calls of the runs that were emptied in this transaction
    /// @return what is to be announced once it is committed, one for each run
    public static List<Decision> tell(Connection connection, List<UUID> calls, Instant at) throws SQLException {
        List<Decision> told = new ArrayList<>();
        for (UUID call : calls) {
            Optional<RunRow> row = RunRows.lock(connection, call);
            if (row.isPresent()) {
                told.add(RunTransaction.decide(connection, row.get(), 0, run -> {
                    run.erased(at);
                    return run.decision(Socket.CLOSED);
                }));
            }
        }
        return told;
    }
}
