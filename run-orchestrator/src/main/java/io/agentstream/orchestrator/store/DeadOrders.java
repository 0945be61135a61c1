package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rows of the outbox that were given up, for people to look at and to have done once more.
public final class DeadOrders {

    private static final String SELECT =
            """
            select o.id, o.kind, o.run_id, o.tries, o.trouble, o.created_at, o.dead_at, r.organization_id, r.name, r.call_id
              from outbox o join runs r on r.id = o.run_id
            """;

    private DeadOrders() {}

    /// @param kind `say` or `hang_up`
    /// @param tries how often it was tried
    /// @param trouble what the last try failed for
    public record DeadOrder(
            long id,
            String kind,
            long organizationId,
            long runId,
            String runName,
            UUID callId,
            int tries,
            @Nullable String trouble,
            Instant createdAt,
            Instant deadAt) {}

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(Connection connection, long before, int limit, Predicate<DeadOrder> taker) throws SQLException {
        Sql.each(
                connection,
                SELECT + " where o.dead_at is not null and o.id < ? order by o.id desc limit ?",
                DeadOrders::read,
                taker,
                before,
                limit);
    }

    /// Has it done once more, with all its tries; what it was, or nothing where there is none that was given up.
    public static Optional<DeadOrder> revive(Connection connection, long id) throws SQLException {
        Optional<DeadOrder> dead =
                Sql.first(connection, SELECT + " where o.id = ? and o.dead_at is not null for update of o", DeadOrders::read, id);
        if (dead.isPresent()) {
            Sql.update(
                    connection,
                    "update outbox set dead_at = null, due_at = now(), tries = 0, trouble = null where id = ?",
                    id);
        }
        return dead;
    }

    private static DeadOrder read(ResultSet row) throws SQLException {
        return new DeadOrder(
                row.getLong("id"),
                row.getString("kind"),
                row.getLong("organization_id"),
                row.getLong("run_id"),
                row.getString("name"),
                row.getObject("call_id", UUID.class),
                row.getInt("tries"),
                row.getString("trouble"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "dead_at"));
    }
}
