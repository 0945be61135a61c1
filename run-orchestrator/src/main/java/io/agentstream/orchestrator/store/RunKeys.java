package io.agentstream.orchestrator.store;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/// The table of the keys that runs' records are sealed with, wrapped by the installation's key. What is destroyed here is nowhere else
/// once it has left `call.keys.v1`.
public final class RunKeys {
    private RunKeys() {}

    /// In the transaction that makes the run.
    public static void insert(Connection connection, long runId, CallKeys keys) throws SQLException {
        Sql.update(
                connection,
                """
                insert into run_keys (run_id, made_at, media, words) values (?, ?, ?::text, ?::text) on conflict do nothing
                """,
                runId, keys.at(), keys.media(), keys.words());
    }

    /// What is left of the keys of a call's run; nothing where it never had any. A key that was destroyed is null.
    public static Optional<CallKeys> find(Connection connection, CallId callId) throws SQLException {
        return Sql.first(
                connection,
                """
                select r.call_id, k.made_at, k.media, k.words
                  from runs r join run_keys k on k.run_id = r.id where r.call_id = ?
                """,
                row -> new CallKeys(
                        new CallId(row.getObject("call_id", UUID.class)), Sql.instant(row, "made_at"),
                        row.getString("media"), row.getString("words")),
                callId.value());
    }
}
