package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table of tenants.
public final class Organizations {
    public static final int DEFAULT_MAX_CALLS = 10;
    public static final int MAX_NAME = 200;

    private Organizations() {}

    /// Whether `text` can be the name of one: 1 to [#MAX_NAME] characters (code points), not only spaces, none of them a control.
    public static boolean isName(String text) {
        return text.codePointCount(0, text.length()) <= MAX_NAME
                && !text.codePoints().allMatch(c -> Character.isSpaceChar(c) || Character.isWhitespace(c))
                && text.codePoints().noneMatch(c -> Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF));
    }

    /// For how long things are kept; null: as long as the installation keeps them.
    public record Retention(
            @Nullable Integer mediaHours, @Nullable Integer transcriptDays, @Nullable Integer runDays) {
        public static final Retention OF_THE_INSTALLATION = new Retention(null, null, null);
    }

    /// What the operator grants.
    ///
    /// @param maxConcurrentCalls 0 to 1,000,000
    /// @param admissionsPerSecond 1 to 1,000,000; null: what the installation allows each
    /// @param pricePerMinute with at most four places; null: the installation's price
    /// @param suspended whether new calls are refused
    public record Limits(
            int maxConcurrentCalls,
            @Nullable Integer admissionsPerSecond,
            @Nullable BigDecimal pricePerMinute,
            boolean suspended) {
        public static final Limits DEFAULT = new Limits(DEFAULT_MAX_CALLS, null, null, false);

        public Limits withMaxConcurrentCalls(int calls) {
            return new Limits(calls, admissionsPerSecond, pricePerMinute, suspended);
        }
    }

    public record Organization(
            long id, String name, Limits limits, Retention retention, Instant createdAt, Instant updatedAt) {}

    public static Organization create(Connection connection, String name, int maxConcurrentCalls) throws SQLException {
        return create(connection, name, Limits.DEFAULT.withMaxConcurrentCalls(maxConcurrentCalls));
    }

    public static Organization create(Connection connection, String name, Limits limits) throws SQLException {
        return Sql.only(
                connection,
                """
                insert into organizations (name, max_concurrent_calls, admissions_per_second, price_per_minute, suspended)
                values (?, ?, ?::integer, ?::numeric, ?)
                returning *
                """,
                Organizations::read,
                name,
                limits.maxConcurrentCalls(),
                limits.admissionsPerSecond(),
                limits.pricePerMinute(),
                limits.suspended());
    }

    public static Optional<Organization> find(Connection connection, long id) throws SQLException {
        return Sql.first(connection, "select * from organizations where id = ?", Organizations::read, id);
    }

    /// As [#find]; nobody else changes it until the transaction ends. Calls of the organisation wait as long to be admitted.
    public static Optional<Organization> lock(Connection connection, long id) throws SQLException {
        return Sql.first(
                connection, "select * from organizations where id = ? for no key update", Organizations::read, id);
    }

    /// As [#lock], of one that there is, where nobody wants to know anything of it.
    static void lockRow(Connection connection, long id) throws SQLException {
        Sql.only(connection, "select id from organizations where id = ? for no key update", row -> row.getLong(1), id);
    }

    /// All of the installation, newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a
    /// transaction.
    public static void list(Connection connection, long before, int limit, Predicate<Organization> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from organizations where id < ? order by id desc limit ?",
                Organizations::read,
                taker,
                before,
                limit);
    }

    /// What its own admin may change. Whoever calls has read the old values under [#lock].
    public static Organization change(Connection connection, long id, String name, Retention retention)
            throws SQLException {
        return Sql.only(
                connection,
                """
                update organizations
                   set name = ?, media_hours = ?::integer, transcript_days = ?::integer, run_days = ?::integer,
                       updated_at = now()
                 where id = ?
                returning *
                """,
                Organizations::read,
                name,
                retention.mediaHours(),
                retention.transcriptDays(),
                retention.runDays(),
                id);
    }

    /// What its operator may change. Whoever calls has read the old values under [#lock].
    public static Organization setLimits(Connection connection, long id, Limits limits) throws SQLException {
        return Sql.only(
                connection,
                """
                update organizations
                   set max_concurrent_calls = ?, admissions_per_second = ?::integer, price_per_minute = ?::numeric,
                       suspended = ?, updated_at = now()
                 where id = ?
                returning *
                """,
                Organizations::read,
                limits.maxConcurrentCalls(),
                limits.admissionsPerSecond(),
                limits.pricePerMinute(),
                limits.suspended(),
                id);
    }

    private static Organization read(ResultSet row) throws SQLException {
        return new Organization(
                row.getLong("id"),
                row.getString("name"),
                new Limits(
                        row.getInt("max_concurrent_calls"),
                        Sql.intOrNull(row, "admissions_per_second"),
                        row.getBigDecimal("price_per_minute"),
                        row.getBoolean("suspended")),
                new Retention(
                        Sql.intOrNull(row, "media_hours"),
                        Sql.intOrNull(row, "transcript_days"),
                        Sql.intOrNull(row, "run_days")),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"));
    }
}
