package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How far running runs are charged, and what of their users' money is held for them. Whoever changes one holds its run's lock.
public final class Meters {

    private Meters() {}

    /// @param chargedSeconds how much of the run's talk is charged
    /// @param finishingAt since when its call is being ended for want of money; null where it is not
    public record Meter(
            long runId, long userId, BigDecimal pricePerMinute, int chargedSeconds, Instant dueAt, @Nullable Instant finishingAt) {}

    /// What a meter shows after it was read.
    public record Reading(int chargedSeconds, BigDecimal held, Instant dueAt, @Nullable Instant finishingAt) {}

    public static void start(
            Connection connection, long runId, long userId, BigDecimal pricePerMinute, BigDecimal held, Instant dueAt)
            throws SQLException {
        Sql.update(
                connection,
                "insert into meters (run_id, user_id, price_per_minute, held, due_at) values (?, ?, ?, ?, ?)",
                runId,
                userId,
                pricePerMinute,
                held,
                dueAt);
    }

    public static Optional<Meter> find(Connection connection, long runId) throws SQLException {
        return Sql.first(connection, "select * from meters where run_id = ?", Meters::read, runId);
    }

    public static void note(Connection connection, long runId, Reading reading) throws SQLException {
        Sql.update(
                connection,
                "update meters set charged_seconds = ?, held = ?, due_at = ?, finishing_at = ?::timestamptz where run_id = ?",
                reading.chargedSeconds(),
                reading.held(),
                reading.dueAt(),
                reading.finishingAt(),
                runId);
    }

    public static void stop(Connection connection, long runId) throws SQLException {
        Sql.update(connection, "delete from meters where run_id = ?", runId);
    }

    /// Calls whose meters are to be read by `now`, the most overdue first.
    public static List<UUID> due(Connection connection, Instant now, int limit) throws SQLException {
        return Sql.query(
                connection,
                """
                select r.call_id from meters m join runs r on r.id = m.run_id
                 where m.due_at <= ? order by m.due_at limit ?
                """,
                row -> row.getObject("call_id", UUID.class),
                now,
                limit);
    }

    /// What a prepaid user has that is not held for other runs than `exceptRun` (0: for none), the user's row being locked until the
    /// transaction ends; nothing where the user is unlimited.
    public static Optional<BigDecimal> lockFree(Connection connection, long userId, long exceptRun) throws SQLException {
        boolean prepaid = Sql.only(
                connection, "select credits is not null from users where id = ?", row -> row.getBoolean(1), userId);
        if (!prepaid) {
            return Optional.empty();
        }
        BigDecimal credits = Sql.only(
                connection, "select credits from users where id = ? for no key update", row -> row.getBigDecimal(1), userId);
        if (credits == null) {
            return Optional.empty();
        }
        // A statement of its own: it must see what was held by those who had the lock before.
        BigDecimal held = Sql.only(
                connection,
                "select coalesce(sum(held), 0) from meters where user_id = ? and run_id <> ?",
                row -> row.getBigDecimal(1),
                userId,
                exceptRun);
        return Optional.of(credits.subtract(held));
    }

    private static Meter read(ResultSet row) throws SQLException {
        return new Meter(
                row.getLong("run_id"),
                row.getLong("user_id"),
                row.getBigDecimal("price_per_minute"),
                row.getInt("charged_seconds"),
                Sql.instant(row, "due_at"),
                Sql.instantOrNull(row, "finishing_at"));
    }
}
