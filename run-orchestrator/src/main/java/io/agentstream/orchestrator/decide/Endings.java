package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.decide.RunMachine.Effect;
import io.agentstream.orchestrator.decide.RunMachine.Input;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Decided;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides how runs end: by their call's end, because nobody hears of the call, or because nobody holds its conversation. Any
/// thread; blocks on the database.
final class Endings {

    private final Database database;
    private final Charges charges;

    Endings(Database database, Charges charges) {
        this.database = database;
        this.charges = charges;
    }

    /// @param begun what is known of its conversation that may not be kept yet
    /// @param certain whether it is decided also where nobody knows whether the caller was brought away: then it counts as done
    /// @throws InDoubtException where it is not, and nobody knows, or nobody knows whether it was served
    Decision ended(CallEvent.Ended end, Source source, Begun begun, boolean certain) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, end.callId().value());
            if (row.isEmpty()) {
                return Decision.none(end.callId());
            }
            if (end.places() != null) {
                RunPlaces.add(connection, row.get().id(), end.places());
            }
            return RunTransaction.decide(connection, row.get(), end.seq(), run -> {
                run.happened(end, "ended", source);
                run.begun(begun);
                if (!certain && row.get().state() == RunState.RUNNING && (isAnywhere(run, end) || mayBeServed(run, end, begun))) {
                    throw new InDoubtException();
                }
                run.judgeLate();
                return close(
                        run,
                        new Input.Ended(end.at(), end.closeCode(), end.closeReason(), how(run, end), end.failure()),
                        Socket.CLOSED);
            });
        });
    }

    private static boolean isAnywhere(RunTransaction run, CallEvent.Ended end) throws SQLException {
        return end.end() != null && run.caller() == Transfers.Whereabouts.UNKNOWN;
    }

    private static boolean mayBeServed(RunTransaction run, CallEvent.Ended end, Begun begun) throws SQLException {
        boolean isPaid = end.failure() == null || Tariff.isPaid(end.failure());
        return isPaid && !begun.certain() && !run.isServed(end.at());
    }

    /// The provider ends the socket of a caller who is given to somebody else; that looks as if the caller had hung up. Whatever ends it, the
    /// call goes on elsewhere, and is not hung up.
    private static @Nullable End how(RunTransaction run, CallEvent.Ended end) throws SQLException {
        return end.end() != null && run.isTransferred() ? End.TRANSFERRED : end.end();
    }

    /// Of a call that nobody has heard of since `before`; empty where somebody has.
    Decision quiet(CallId callId, Instant before) {
        return closeIf(
                callId,
                (connection, row) -> row.lastSeenAt().isBefore(before),
                row -> new Input.Quiet(Signs.last(row)));
    }

    /// Of a running call of whose conversation nobody has said that it began; empty where somebody has.
    Decision neverBegan(CallId callId, InstantSource clock) {
        return closeIf(
                callId,
                (connection, row) -> !Served.isKept(connection, row, Instant.MAX),
                row -> new Input.Unattended(clock.instant()));
    }

    /// Of a running call when there are no workers left.
    Decision unattended(CallId callId, InstantSource clock) {
        return closeIf(callId, (connection, row) -> true, row -> new Input.Unattended(clock.instant()));
    }

    /// Of a running run whose row is locked, when its session has a newer socket.
    Decision replaced(Connection connection, RunRow row, CallId newer, Instant now) throws SQLException {
        long after = Decided.newestSeq(connection, row.id());
        Decision decision = RunTransaction.decide(connection, row, after, run -> {
            run.replacedBy(newer);
            return close(run, new Input.Replaced(now), Socket.WAITS);
        });
        return decision.asOf(now);
    }

    void complete(RunTransaction run, Effect.Complete complete) throws SQLException {
        run.complete(complete, charges);
    }

    @FunctionalInterface
    private interface Still {
        boolean holds(Connection connection, RunRow row) throws SQLException;
    }

    @FunctionalInterface
    private interface Why {
        Input.Closing input(RunRow row);
    }

    /// Looks again under the lock, and closes.
    private Decision closeIf(CallId callId, Still still, Why why) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, callId.value());
            if (row.isEmpty() || !still.holds(connection, row.get())) {
                return Decision.none(callId);
            }
            long after = Decided.newestSeq(connection, row.get().id());
            return RunTransaction.decide(
                    connection, row.get(), after, run -> close(run, why.input(row.get()), Socket.WAITS));
        });
    }

    private Decision close(RunTransaction run, Input.Closing input, Socket socket) throws SQLException {
        Decision decision = run.decision(socket);
        for (Effect.OfEnd effect : RunMachine.closed(run.state(), input).effects()) {
            switch (effect) {
                case Effect.Fail(Refusal refusal, Instant at) -> {
                    run.failAfter(refusal, at, charges);
                    decision = run.decision(socket);
                }
                case Effect.Complete complete -> {
                    complete(run, complete);
                    decision = run.decision(socket);
                }
                case Effect.Repeat() -> decision = run.repeat();
                case Effect.HangUp() -> {
                    if (!decision.events().isEmpty() && !run.isTransferred()) { // else the run was over before, by a decision of our own
                        decision = decision.hangingUp(run.hangUp());
                    }
                }
            }
        }
        return decision;
    }
}
