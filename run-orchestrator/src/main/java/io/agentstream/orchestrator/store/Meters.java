package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How far running runs are charged, and what of their users' money is held for them. Whoever changes one holds its run's lock; who
/// only takes it, to read it, does not.
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
                """
                update meters set charged_seconds = ?, held = ?, due_at = ?, finishing_at = ?::timestamptz, taken_until = null
                 where run_id = ?
                """,
                reading.chargedSeconds(),
                reading.held(),
                reading.dueAt(),
                reading.finishingAt(),
                runId);
    }

    public static void stop(Connection connection, long runId) throws SQLException {
        Sql.update(connection, "delete from meters where run_id = ?", runId);
    }

    /// How many meters may be taken.
    ///
    /// @param perOrganization most of one organisation
    /// @param inAll most in all
    public record Room(int perOrganization, int inAll) {}

    /// Takes meters that are to be read by `now`, so that nobody else takes them until they are noted, or the lease is over by the
    /// database's clock, whatever that of its taker says: the first
    /// of each organisation, the second of each, and so on, the most overdue first. Those of `except` are left.
    ///
    /// @return the calls, by organisation
    public static Map<Long, List<UUID>> take(
            Connection connection, Instant now, Duration lease, Room room, Collection<Long> except) throws SQLException {
        record Taken(long organizationId, UUID call) {}
        List<Taken> taken = Sql.query(
                connection,
                """
                with due as (
                    select d.run_id, d.due_at,
                           row_number() over (partition by u.organization_id order by d.due_at, d.run_id) as place
                      from meters d join users u on u.id = d.user_id
                     where d.due_at <= ? and (d.taken_until is null or d.taken_until <= now())
                       and u.organization_id <> all(?::bigint[])
                ), mine as (
                    select run_id from meters
                     where run_id in (select run_id from due where place <= ? order by place, due_at limit ?)
                       and due_at <= ? and (taken_until is null or taken_until <= now())
                       for no key update skip locked
                )
                update meters m set taken_until = now() + ? * interval '1 millisecond' from mine, runs r
                 where m.run_id = mine.run_id and r.id = m.run_id
                returning r.organization_id, r.call_id
                """,
                row -> new Taken(row.getLong("organization_id"), row.getObject("call_id", UUID.class)),
                now,
                except.toArray(Long[]::new),
                room.perOrganization(),
                room.inAll(),
                now,
                lease.toMillis());
        return taken.stream()
                .collect(Collectors.groupingBy(
                        Taken::organizationId, LinkedHashMap::new, Collectors.mapping(Taken::call, Collectors.toList())));
    }

    /// What a prepaid user has that is not held for other runs than `except`, the user's row being locked until the transaction ends;
    /// nothing where the user is unlimited.
    public static Optional<BigDecimal> lockFree(Connection connection, long userId, Collection<Long> except) throws SQLException {
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
                "select coalesce(sum(held), 0) from meters where user_id = ? and run_id <> all(?::bigint[])",
                row -> row.getBigDecimal(1),
                userId,
                except.toArray(Long[]::new));
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
