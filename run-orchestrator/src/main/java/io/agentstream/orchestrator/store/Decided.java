package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Those events of a run that were decided here, for saying them again.
public final class Decided {

    private Decided() {}

    /// Those at these places in the run's story, in order.
    public static List<ObjectNode> at(Connection connection, long runId, Collection<Long> positions) throws SQLException {
        return Sql.query(
                connection,
                "select payload from run_events where run_id = ? and position = any(?::bigint[]) order by position",
                row -> Jsonb.readObject(row, "payload"),
                runId,
                positions.toArray(Long[]::new));
    }

    /// Number of the newest record that is known of the run's call; 0 where none is.
    public static long newestSeq(Connection connection, long runId) throws SQLException {
        return Sql.only(
                connection,
                """
                select coalesce(max(coalesce(payload ->> 'seq', payload ->> 'after')::bigint), 0)
                  from run_events where run_id = ?
                """,
                row -> row.getLong(1),
                runId);
    }
}
