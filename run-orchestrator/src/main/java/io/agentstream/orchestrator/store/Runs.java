package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads the table of runs for people. Who decides about runs has statements of its own.
public final class Runs {
    private static final String SELECT =
            "select r.*, a.uuid as agent_uuid from runs r join agents a on a.id = r.agent_id";

    private Runs() {}

    /// A run and the UUID of its agent.
    public record Run(
            long id,
            String name,
            UUID callId,
            UUID agentUuid,
            int agentVersion,
            String mode,
            String callType,
            RunState state,
            @Nullable String failureCode,
            @Nullable String failureReason,
            ObjectNode initialContext,
            ObjectNode gatheredContext,
            ObjectNode logs,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String endBy,
            @Nullable Integer closeCode,
            @Nullable BigDecimal cost) {

        /// Without the agent's UUID and what the caller said.
        @Override
        public String toString() {
            return "Run[" + name + ", " + state.text() + "]";
        }
    }

    /// Which runs of an agent to list: created at `createdFrom` or later, and before `createdBefore`; null is no condition.
    public record Filter(
            @Nullable RunState state, @Nullable Instant createdFrom, @Nullable Instant createdBefore) {

        public static final Filter ALL = new Filter(null, null, null);
    }

    /// A place in a list of runs: the run that stands before it.
    public record Position(Instant createdAt, long id) {}

    /// A statement and its parameters.
    record Statement(String sql, List<Object> parameters) {}

    public static Optional<Run> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection, SELECT + " where r.organization_id = ? and r.id = ?", Runs::read, organizationId, id);
    }

    /// Where one of an agent's runs stands in the list.
    public static Optional<Position> position(Connection connection, long agentId, long id) throws SQLException {
        return Sql.first(
                connection,
                "select created_at, id from runs where agent_id = ? and id = ?",
                row -> new Position(Sql.instant(row, "created_at"), row.getLong("id")),
                agentId,
                id);
    }

    /// Newest first, those behind `after` (null: from the newest), as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection,
            long agentId,
            Filter filter,
            @Nullable Position after,
            int limit,
            Predicate<Run> taker)
            throws SQLException {
        Statement statement = listing(agentId, filter, after, limit);
        Sql.each(
                connection,
                statement.sql(),
                Runs::read,
                taker,
                statement.parameters().toArray());
    }

    /// Only the conditions that there are: one that may be absent keeps PostgreSQL from planning with its index.
    static Statement listing(long agentId, Filter filter, @Nullable Position after, int limit) {
        StringBuilder sql = new StringBuilder(SELECT).append(" where r.agent_id = ?");
        List<Object> parameters = new ArrayList<>(List.of(agentId));
        if (filter.state() != null) {
            sql.append(" and r.state = ?");
            parameters.add(filter.state().text());
        }
        if (filter.createdFrom() != null) {
            sql.append(" and r.created_at >= ?");
            parameters.add(filter.createdFrom());
        }
        if (filter.createdBefore() != null) {
            sql.append(" and r.created_at < ?");
            parameters.add(filter.createdBefore());
        }
        if (after != null) {
            sql.append(" and (r.created_at, r.id) < (?, ?)");
            parameters.addAll(List.of(after.createdAt(), after.id()));
        }
        parameters.add(limit);
        return new Statement(sql.append(" order by r.created_at desc, r.id desc limit ?").toString(), parameters);
    }

    private static Run read(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return new Run(
                row.getLong("id"),
                row.getString("name"),
                row.getObject("call_id", UUID.class),
                row.getObject("agent_uuid", UUID.class),
                row.getInt("agent_version"),
                row.getString("mode"),
                row.getString("call_type"),
                RunState.parse(state).orElseThrow(() -> new IllegalStateException("a run is " + state)),
                row.getString("failure_code"),
                row.getString("failure_reason"),
                Jsonb.readObject(row, "initial_context"),
                Jsonb.readObject(row, "gathered_context"),
                Jsonb.readObject(row, "logs"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "started_at"),
                Sql.instantOrNull(row, "ended_at"),
                row.getString("end_by"),
                Sql.intOrNull(row, "close_code"),
                row.getBigDecimal("cost"));
    }
}
