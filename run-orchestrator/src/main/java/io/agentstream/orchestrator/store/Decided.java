package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Those events of a run that were decided here, for saying them again.
public final class Decided {

    private Decided() {}

    /// What was decided on the call's record number `seq`, in order.
    public static List<ObjectNode> on(Connection connection, long runId, long seq) throws SQLException {
        return Sql.query(
                connection,
                """
                select payload from run_events
                 where run_id = ? and source_topic is null and (payload ->> 'after')::bigint = ?
                 order by position
                """,
                row -> Jsonb.readObject(row, "payload"),
                runId,
                seq);
    }

    /// What was decided on any of these records, in order.
    public static List<ObjectNode> onAny(Connection connection, long runId, Collection<Long> seqs) throws SQLException {
        return Sql.query(
                connection,
                """
                select payload from run_events
                 where run_id = ? and source_topic is null and (payload ->> 'after')::bigint = any(?::bigint[])
                 order by position
                """,
                row -> Jsonb.readObject(row, "payload"),
                runId,
                seqs.toArray(Long[]::new));
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
