package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Decided;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was decided of runs and may not have been said, and what became of hang-ups. Any thread; blocks on the database.
public final class Unsaid {

    private final Database database;

    public Unsaid(Database database) {
        this.database = database;
    }

    /// All that is to be said of the call's run, in the order in which it was decided: the beginning of a run that is over is among
    /// it, because its end follows.
    public Decision of(CallId callId, InstantSource clock) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, callId.value());
            return row.isEmpty() ? Decision.none(callId) : of(connection, row.get(), callId, clock.instant());
        });
    }

    private static Decision of(Connection connection, RunRow row, CallId callId, Instant now) throws SQLException {
        List<Outbox.Say> says = Outbox.unsaid(connection, row.id());
        List<RunEvent> events = says.isEmpty()
                ? List.of()
                : Decided.onAny(connection, row.id(), says.stream().map(Outbox.Say::after).distinct().toList()).stream()
                        .map(payload -> Json.MAPPER.treeToValue(payload, RunEvent.class))
                        .toList();
        Decision decision = events.isEmpty()
                ? Decision.none(callId)
                : Decision.of(
                        row.name(), row.gatewaySlot(), events, says.getLast().socketWaits() ? Socket.WAITS : Socket.CLOSED, true);
        return decision
                .written(new Outbox.Written(says.stream().map(Outbox.Say::id).toList(), List.of()))
                .asOf(now);
    }

    /// The provider has ended the session, or will not; once for each order, whoever says it.
    ///
    /// @param confirmed whether the order is done with; else it is given up
    /// @param status of the provider's answer
    public void hangUpDone(Outbox.HangUp order, boolean confirmed, @Nullable Integer status, String trouble, Instant at) {
        database.inTransaction(connection -> {
            int changed = confirmed
                    ? Outbox.delete(connection, List.of(order.id()))
                    : Outbox.bury(connection, Map.of(order.id(), trouble));
            Optional<RunRow> row = RunRows.lock(connection, order.callId());
            if (changed > 0 && row.isPresent()) {
                RunTransaction.decide(connection, row.get(), order.after(), run -> {
                    run.hungUp(confirmed, status, order.tries(), at);
                    return run.decision(Socket.CLOSED);
                });
            }
            return changed;
        });
    }
}
