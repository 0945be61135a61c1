package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;

/// The table of calls that were refused and have no run; [RunRows#known] reads it.
public final class RefusedCalls {

    private RefusedCalls() {}

    /// A call that is remembered already stays as it is.
    public static void remember(Connection connection, UUID callId, String failure, Instant at) throws SQLException {
        Sql.update(
                connection,
                "insert into refused_calls (call_id, failure, refused_at) values (?, ?, ?) on conflict do nothing",
                callId,
                failure,
                at);
    }

    /// Forgets those refused before `before`, the oldest first, `most` at a time: a flood leaves millions. Says how many.
    public static int forget(Connection connection, Instant before, int most) throws SQLException {
        return Sql.update(
                connection,
                """
                delete from refused_calls where call_id = any(array(
                    select call_id from refused_calls where refused_at < ? order by refused_at limit ? for update skip locked))
                """,
                before,
                most);
    }
}
