package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Open runs that may have to be closed. Whoever closes one looks again under its lock.
public final class OpenRuns {

    private OpenRuns() {}

    /// Whether anything was said of the run's conversation. An orchestrator of an older version keeps what it hears with the run, and
    /// does not note that the run has a conversation; the records are found by the run, of which their index knows.
    public static boolean hasStory(Connection connection, long id) throws SQLException {
        return Sql.only(
                connection,
                "select exists (select 1 from run_events where run_id = ? and source_topic = ?)",
                row -> row.getBoolean(1),
                id,
                Topics.CONVERSATION_EVENTS.name());
    }

    /// Calls of open runs that were last heard of before `before`, the quietest first: those whose records come from one of
    /// `partitions` of `topic`.
    public static List<UUID> quiet(
            Connection connection, Instant before, String topic, List<Integer> partitions, int limit) throws SQLException {
        return Sql.query(
                connection,
                """
                select call_id from runs r
                 where state in ('initialized', 'running') and last_seen_at < ?
                   and exists (select 1 from run_events e
                                where e.run_id = r.id and e.source_topic = ? and e.source_partition = any(?::integer[]))
                 order by last_seen_at limit ?
                """,
                row -> row.getObject("call_id", UUID.class),
                before,
                topic,
                partitions.toArray(Integer[]::new),
                limit);
    }

    /// As [#quiet], of those whose records came from partitions that `topic`, which has `count` of them, has not any more: Kafka was set up
    /// anew with fewer, and nobody will ever read there.
    public static List<UUID> quietBeyond(Connection connection, Instant before, String topic, int count, int limit) throws SQLException {
        return Sql.query(
                connection,
                """
                select call_id from runs r
                 where state in ('initialized', 'running') and last_seen_at < ?
                   and exists (select 1 from run_events e
                                where e.run_id = r.id and e.source_topic = ? and e.source_partition >= ?)
                   and not exists (select 1 from run_events e
                                    where e.run_id = r.id and e.source_topic = ? and e.source_partition < ?)
                 order by last_seen_at limit ?
                """,
                row -> row.getObject("call_id", UUID.class),
                before,
                topic,
                count,
                topic,
                count,
                limit);
    }

    /// Calls of runs that have been running since before `before`, the oldest first: those whose records come from one of
    /// `partitions` of `topic`, and, where `onlyNeverBegun`, those of whose conversation nothing was heard.
    public static List<UUID> running(
            Connection connection, Instant before, boolean onlyNeverBegun, String topic, List<Integer> partitions, int limit)
            throws SQLException {
        return Sql.query(
                connection,
                """
                select call_id from runs r
                 where state = 'running' and started_at < ?
                   and (not ? or (conversation_at is null
                                  and not exists (select 1 from run_events c where c.run_id = r.id and c.source_topic = ?)))
                   and exists (select 1 from run_events e
                                where e.run_id = r.id and e.source_topic = ? and e.source_partition = any(?::integer[]))
                 order by started_at limit ?
                """,
                row -> row.getObject("call_id", UUID.class),
                before,
                onlyNeverBegun,
                Topics.CONVERSATION_EVENTS.name(),
                topic,
                partitions.toArray(Integer[]::new),
                limit);
    }
}
