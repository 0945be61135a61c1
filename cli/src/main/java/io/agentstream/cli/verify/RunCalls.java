package io.agentstream.cli.verify;

import io.agentstream.calllog.CallPlaces;
import io.agentstream.orchestrator.replay.KafkaCallLogs;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call as whoever runs the installation names it, of whichever organisation, and where its records lie.
///
/// @param name of its run; of a call without one its id
/// @param keys what is left of the call's keys; null where it never had any
public record RunCalls(String name, CallPlaces places, @Nullable CallKeys keys) {

    private static final String RUN = "select id, organization_id from runs where ";

    private record Key(long organizationId, long runId) {}

    /// @param named a run's number or name, or a call's id
    public static Optional<RunCalls> find(Database database, String named) {
        return database.withConnection(connection -> find(connection, named));
    }

    private static Optional<RunCalls> find(Connection connection, String named) throws SQLException {
        Optional<CallId> call = CallId.parse(named);
        Optional<Key> key;
        if (call.isPresent()) {
            key = key(connection, "call_id = ?", call.get().value());
        } else if (named.matches("\\d{1,18}")) {
            key = key(connection, "id = ?", Long.parseLong(named));
        } else {
            key = key(connection, "name = ?", named);
        }
        if (key.isEmpty()) {
            return call.map(RunCalls::refused);
        }
        return RunPlaces.find(connection, key.get().organizationId(), key.get().runId()).map(RunCalls::of);
    }

    private static Optional<Key> key(Connection connection, String where, Object value) throws SQLException {
        return Sql.first(connection, RUN + where, row -> new Key(row.getLong("organization_id"), row.getLong("id")), value);
    }

    private static RunCalls of(Located run) {
        CallPlaces places = KafkaCallLogs.places(run);
        Instant madeAt = run.keysMadeAt();
        return new RunCalls(
                run.name(),
                places,
                madeAt == null ? null : new CallKeys(places.callId(), madeAt, run.media(), run.words()));
    }

    /// A call that was refused may have no run.
    private static RunCalls refused(CallId callId) {
        return new RunCalls(
                callId.toString(), new CallPlaces(callId, Instant.ofEpochMilli(callId.madeAtMs()), null, null, List.of()), null);
    }

    /// Its places with the partition of its commands, which its first record says.
    public CallPlaces at(int slot) {
        return new CallPlaces(places.callId(), places.from(), places.until(), slot, places.known(), places.endSeq());
    }
}
