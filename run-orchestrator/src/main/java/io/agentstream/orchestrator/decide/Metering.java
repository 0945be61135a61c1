package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.SocketCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Reads the meters of running runs, and ends the calls whose money is used up. Any thread; blocks on the database.
final class Metering {

    private final Database database;
    private final Charges charges;

    Metering(Database database, Charges charges) {
        this.database = database;
        this.charges = charges;
    }

    /// What the call's meter says. That the call is to end is said again for as long as it has not ended: nothing is lost with
    /// whoever dies in between.
    Decision read(CallId callId, Duration grace, InstantSource clock) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, callId.value());
            if (row.isEmpty() || row.get().state() != RunState.RUNNING) {
                return Decision.none(callId);
            }
            Instant now = clock.instant();
            return switch (charges.read(connection, row.get(), now, grace)) {
                case NOTHING -> Decision.none(callId);
                case FINISH -> Decision.order(
                        row.get(), new SocketCommand.Finish(callId, End.CREDITS, Math.toIntExact(grace.toMillis())), now);
                case CLOSE -> Decision.order(row.get(), SocketCommand.Close.because(callId, End.CREDITS), now);
            };
        });
    }
}
