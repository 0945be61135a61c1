package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads what happens in all runs, in the order of its positions. A position is given when an event is written and seen when its
/// transaction commits: a smaller one may be seen after a larger one, and one that was rolled back never is.
public final class RunEventFeed {

    /// Events of others that are passed over in one statement, and events of one's own that it brings at most.
    static final int MAX_EXAMINED = 5_000;

    static final int MAX_EVENTS = 500;

    /// After so many bytes of payloads it brings no more: what follows is brought by the next one.
    static final int MAX_BYTES = 256 << 10;

    private static final int ROWS_AT_A_TIME = 50;

    private static final String COLUMNS =
            """
            e.position, e.run_id, e.at, e.type, e.payload - 'definition' as payload, r.name, r.call_id, r.organization_id, r.agent_id,
            r.state, a.uuid as agent_uuid
            """;

    private RunEventFeed() {}

    /// Something that happened in a run.
    ///
    /// @param payload as the run's events show it, without the agent's definition
    public record Event(
            long position,
            long runId,
            String runName,
            UUID callId,
            long organizationId,
            long agentId,
            UUID agentUuid,
            RunState runState,
            Instant at,
            String type,
            ObjectNode payload) {

        /// The state in which the run is with it.
        public RunState state() {
            return switch (type) {
                case "offered", "created", "started" -> RunState.INITIALIZED;
                case "completed" -> RunState.COMPLETED;
                case "failed" -> RunState.FAILED;
                case "hang_up", "erased" -> runState;
                default -> RunState.RUNNING;
            };
        }

        /// Without the agent's UUID and what was said.
        @Override
        public String toString() {
            return "Event[" + position + ", " + type + "]";
        }
    }

    /// Which events; null is no condition.
    public record Wanted(
            long organizationId, @Nullable Long runId, @Nullable Long agentId, @Nullable RunState state) {

        public static Wanted ofRun(long organizationId, long runId) {
            return new Wanted(organizationId, runId, null, null);
        }

        public boolean wants(Event event) {
            return event.organizationId() == organizationId
                    && (runId == null || event.runId() == runId)
                    && (agentId == null || event.agentId() == agentId)
                    && (state == null || event.state() == state);
        }
    }

    /// @param event null where it is of an organisation that nobody follows
    public record Seen(long position, @Nullable Event event) {}

    /// Events of the past.
    ///
    /// @param next the position behind which it goes on; null where that was all
    public record Past(List<Event> events, @Nullable Long next) {}

    /// The largest position that is seen; 0 where there is none.
    public static long newest(Connection connection) throws SQLException {
        return Sql.only(connection, "select coalesce(max(position), 0) from run_events", row -> row.getLong(1));
    }

    /// Which positions behind `after` up to `upTo` are seen.
    public static Set<Long> positions(Connection connection, long after, long upTo) throws SQLException {
        return new HashSet<>(Sql.query(
                connection,
                "select position from run_events where position > ? and position <= ?",
                row -> row.getLong(1),
                after,
                upTo));
    }

    /// What is seen behind a position, in order, at most `limit`, with the events of these organisations.
    public static List<Seen> behind(Connection connection, long after, int limit, Collection<Long> organizations)
            throws SQLException {
        return Sql.query(
                connection, seen("e.position > ?") + " order by e.position limit ?", RunEventFeed::seen, ids(organizations), after, limit);
    }

    /// Those of some positions that are seen, in order.
    public static List<Seen> at(Connection connection, Collection<Long> positions, Collection<Long> organizations)
            throws SQLException {
        return Sql.query(
                connection, seen("e.position = any(?)") + " order by e.position", RunEventFeed::seen, ids(organizations), ids(positions));
    }

    private static String seen(String which) {
        return """
                select e.position, e.run_id, e.at, e.type, case when r.id is not null then e.payload - 'definition' end as payload,
                       r.name, r.call_id, r.organization_id, r.agent_id, r.state, a.uuid as agent_uuid
                  from run_events e
                  left join runs r on r.id = e.run_id and r.organization_id = any(?)
                  left join agents a on a.id = r.agent_id
                 where
                """
                + which;
    }

    private static Seen seen(ResultSet row) throws SQLException {
        return new Seen(row.getLong("position"), row.getString("name") == null ? null : read(row, row.getString("payload")));
    }

    /// The wanted ones behind `after` up to `upTo`, or some of them, in order. In a transaction, so that what is not brought is not read.
    public static Past past(Connection connection, Wanted wanted, long after, long upTo) throws SQLException {
        return wanted.runId() == null ? ofOrganization(connection, wanted, after, upTo) : ofRun(connection, wanted, after, upTo);
    }

    private static Past ofRun(Connection connection, Wanted wanted, long after, long upTo) throws SQLException {
        Page page = new Page();
        Sql.each(
                connection,
                ROWS_AT_A_TIME,
                "select " + COLUMNS
                        + """
                          from run_events e join runs r on r.id = e.run_id join agents a on a.id = r.agent_id
                         where e.run_id = ? and r.organization_id = ? and e.position > ? and e.position <= ?
                         order by e.position limit ?
                        """,
                page::takes,
                more -> more,
                wanted.runId(),
                wanted.organizationId(),
                after,
                upTo,
                MAX_EVENTS);
        return page.of(wanted, page.isFull ? page.last() : null);
    }

    /// Events until there are enough.
    private static final class Page {
        private final List<Event> events = new ArrayList<>();
        private int bytes;
        private boolean isFull;
        /// Where it goes on where there may be more behind all that was passed over.
        private @Nullable Long behindOthers;

        /// Whether it takes more.
        boolean takes(ResultSet row) throws SQLException {
            String payload = row.getString("payload");
            events.add(read(row, payload));
            bytes += payload.length();
            isFull = bytes >= MAX_BYTES || events.size() == MAX_EVENTS;
            return !isFull;
        }

        void examined(int rows, long last) {
            behindOthers = rows == MAX_EXAMINED ? (Long) last : null;
        }

        Long last() {
            return events.getLast().position();
        }

        Past of(Wanted wanted, @Nullable Long next) {
            return new Past(events.stream().filter(wanted::wants).toList(), next);
        }
    }

    private static Past ofOrganization(Connection connection, Wanted wanted, long after, long upTo) throws SQLException {
        Page page = new Page();
        Sql.each(
                connection,
                ROWS_AT_A_TIME,
                "with examined as materialized ("
                        + "select position, run_id from run_events where position > ? and position <= ? order by position limit ?)"
                        + " select s.last, s.examined, x.* from (select coalesce(max(position), 0) as last, count(*) as examined"
                        + " from examined) s left join lateral (select "
                        + COLUMNS
                        + """
                          from examined y join runs r on r.id = y.run_id and r.organization_id = ?
                          join agents a on a.id = r.agent_id join run_events e on e.run_id = y.run_id and e.position = y.position
                         order by y.position limit ?) x on true order by x.position
                        """,
                row -> {
                    page.examined(row.getInt("examined"), row.getLong("last"));
                    return row.getString("name") == null || page.takes(row);
                },
                more -> more,
                after,
                upTo,
                MAX_EXAMINED,
                wanted.organizationId(),
                MAX_EVENTS);
        return page.of(wanted, page.isFull ? page.last() : page.behindOthers);
    }

    /// Which of these API keys open something: also those of an organisation that is suspended, which has no calls and keeps its data.
    public static Set<Long> inForce(Connection connection, Collection<Long> keys) throws SQLException {
        return new HashSet<>(Sql.query(
                connection,
                """
                select id from api_keys where id = any(?) and revoked_at is null
                """,
                row -> row.getLong(1),
                (Object) ids(keys)));
    }

    private static long[] ids(Collection<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static Event read(ResultSet row, String payload) throws SQLException {
        String state = row.getString("state");
        return new Event(
                row.getLong("position"),
                row.getLong("run_id"),
                row.getString("name"),
                row.getObject("call_id", UUID.class),
                row.getLong("organization_id"),
                row.getLong("agent_id"),
                row.getObject("agent_uuid", UUID.class),
                RunState.parse(state).orElseThrow(() -> new IllegalStateException("a run is " + state)),
                Sql.instant(row, "at"),
                row.getString("type"),
                Jsonb.object(payload));
    }
}
