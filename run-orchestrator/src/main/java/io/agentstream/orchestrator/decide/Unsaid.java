package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Decided;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.orchestrator.store.WarmLegs;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Transfer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What was decided of runs and may not have been said, and what became of hang-ups and transfers. Any thread; blocks on the database.
public final class Unsaid {

    private final Database database;

    public Unsaid(Database database) {
        this.database = database;
    }

    /// All that is to be said of the call's run, in the order in which it was decided: the beginning of a run that is over is among
    /// it, because its end follows.
    ///
    /// @param said which rows of the outbox are done with already and only not deleted yet
    public Decision of(CallId callId, Predicate<Long> said, InstantSource clock) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, callId.value());
            if (row.isEmpty()) {
                return Decision.none(callId);
            }
            List<Outbox.Say> says = Outbox.unsaid(connection, row.get().id()).stream()
                    .filter(say -> !said.test(say.id()))
                    .toList();
            return of(connection, row.get(), callId, says, clock.instant());
        });
    }

    private static Decision of(Connection connection, RunRow row, CallId callId, List<Outbox.Say> says, Instant now)
            throws SQLException {
        List<RunEvent> events = says.isEmpty()
                ? List.of()
                : Decided.at(connection, row.id(), says.stream().flatMap(say -> say.positions().stream()).toList()).stream()
                        .map(Unsaid::event)
                        .toList();
        Decision decision = events.isEmpty()
                ? Decision.none(callId)
                : Decision.of(
                        row.name(), row.gatewaySlot(), events, says.getLast().socketWaits() ? Socket.WAITS : Socket.CLOSED, true);
        return decision
                .written(new Outbox.Written(says.stream().map(Outbox.Say::id).toList(), List.of(), System.nanoTime()))
                .asOf(now);
    }

    /// Of a run that was emptied meanwhile the beginning is said without what it began with.
    private static RunEvent event(ObjectNode payload) {
        if (payload.path("type").asString("").equals("running") && !payload.has("initial_context")) {
            payload.putObject("initial_context");
        }
        return Json.MAPPER.treeToValue(payload, RunEvent.class);
    }

    /// How a transfer ended, said once, whoever asks.
    ///
    /// @param stage in which it was; what somebody else has gone on with is not ended by us
    /// @param leg whether the other side's session is still to be looked after
    /// @param status of the provider's answer
    public Decision transferred(
            Transfers.Due order, WarmLegs.Stage stage, Transfer outcome, boolean leg, @Nullable Integer status, Instant at) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, order.callId());
            if (row.isEmpty() || !Transfers.done(connection, order.id(), stage, outcome, leg)) {
                return Decision.none(new CallId(order.callId()));
            }
            Decision decision = RunTransaction.decide(connection, row.get(), order.after(), run -> {
                run.transferred(order.key(), outcome, status, at);
                return run.decision(Socket.CLOSED);
            });
            Transfers.said(connection, order.id());
            return decision;
        });
    }

    /// The provider has ended the session, or will not: what there is to say of it, once for each order, whoever asks.
    ///
    /// @param confirmed whether the order is done with; else it is given up
    /// @param status of the provider's answer
    public Decision hangUpDone(Outbox.HangUp order, boolean confirmed, @Nullable Integer status, String trouble, Instant at) {
        return database.inTransaction(connection -> {
            int changed = confirmed
                    ? Outbox.delete(connection, List.of(order.id()))
                    : Outbox.bury(connection, Map.of(order.id(), trouble));
            Optional<RunRow> row = RunRows.lock(connection, order.callId());
            if (changed == 0 || row.isEmpty()) {
                return Decision.none(new CallId(order.callId()));
            }
            return RunTransaction.decide(connection, row.get(), order.after(), run -> {
                run.hungUp(confirmed, status, order.tries(), order.orderedAt(), at);
                return run.decision(Socket.CLOSED);
            });
        });
    }
}
