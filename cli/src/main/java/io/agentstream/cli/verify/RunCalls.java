package io.agentstream.cli.verify;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunKeys;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A run's call, as whoever runs the installation names it.
///
/// @param keys what is left of the call's keys; null where it never had any
public record RunCalls(long runId, String name, CallId callId, Instant createdAt, @Nullable Instant endedAt, @Nullable CallKeys keys) {

    private static final String COLUMNS = "select id, name, call_id, created_at, ended_at from runs where ";

    /// @param named a run's number or name, or a call's id
    public static Optional<RunCalls> find(Database database, String named) {
        return database.withConnection(connection -> find(connection, named));
    }

    private static Optional<RunCalls> find(Connection connection, String named) throws SQLException {
        Optional<CallId> call = CallId.parse(named);
        if (call.isPresent()) { // of a call that was refused there may be no run
            return Optional.of(first(connection, "call_id = ?", call.get().value()).orElseGet(() -> refused(call.get())));
        }
        if (named.matches("\\d{1,18}")) {
            return first(connection, "id = ?", Long.parseLong(named));
        }
        return first(connection, "name = ?", named);
    }

    private static Optional<RunCalls> first(Connection connection, String where, Object value) throws SQLException {
        Optional<RunCalls> run = Sql.first(
                connection, COLUMNS + where,
                row -> new RunCalls(
                        row.getLong("id"), row.getString("name"), new CallId(row.getObject("call_id", UUID.class)),
                        Sql.instant(row, "created_at"), Sql.instantOrNull(row, "ended_at"), null),
                value);
        if (run.isEmpty()) {
            return run;
        }
        RunCalls found = run.get();
        CallKeys keys = RunKeys.find(connection, found.callId()).orElse(null);
        return Optional.of(new RunCalls(found.runId(), found.name(), found.callId(), found.createdAt(), found.endedAt(), keys));
    }

    private static RunCalls refused(CallId callId) {
        return new RunCalls(0, callId.toString(), callId, Instant.ofEpochMilli(callId.madeAtMs()), null, null);
    }
}
