package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table of what was granted and charged. Entries are added and never changed.
///
/// What a prepaid user has stands with the user too, and is changed with every entry in the same transaction, under the lock of the
/// user's row: it is the sum of the user's entries, always. Of an unlimited user nothing is counted down, so that its calls do not
/// wait for one another: its entries only keep the user from becoming prepaid while they are written, and the newest balance among
/// them is what the user has once it is prepaid again. Locks are taken in the order run, organisation, user; who has a user's takes
/// no other. What a run gets back is in [Refunds].
public final class Ledger {

    /// Why talk of an unlimited user is made good: what its reader sees.
    static final String UNCOUNTED = "talk while unlimited, not charged";

    private static final int TRIES = 3;

    private Ledger() {}

    public enum Kind {
        /// Given by the operator.
        GRANT,
        /// For a stretch of a run's talk.
        CHARGE,
        /// Makes good what was charged and should not have been.
        CORRECTION;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param balance what the user has after it; null where the user was unlimited
    public record Entry(
            long id,
            Instant at,
            long organizationId,
            long userId,
            @Nullable Long runId,
            Kind kind,
            BigDecimal amount,
            @Nullable BigDecimal balance,
            String reference) {}

    /// Money for a user.
    ///
    /// @param amount above zero, with at most four digits behind the point
    /// @param key what it is known by within the organisation: with the same there is one entry
    public record Grant(long organizationId, long userId, BigDecimal amount, String reference, String key) {}

    /// What became of a grant.
    public sealed interface Granted {
        /// It is in the ledger.
        ///
        /// @param repeated whether it was already, by the same key
        record Done(Entry entry, boolean repeated) implements Granted {}

        /// The key stands for another grant.
        record OtherKey() implements Granted {}
    }

    /// A stretch of a run's talk.
    ///
    /// @param amount what it costs; 0 makes no entry
    public record Charge(
            long organizationId, long userId, long runId, int fromSecond, int toSecond, BigDecimal amount) {}

    /// Gives a user money, once for each key; who was unlimited is prepaid from then on.
    public static Granted grant(Connection connection, Grant grant) throws SQLException {
        Sql.query(
                connection, "select pg_advisory_xact_lock(hashtextextended(?, ?))", row -> true, grant.key(),
                grant.organizationId());
        Optional<Entry> known = Sql.first(
                connection,
                "select * from ledger where organization_id = ? and idempotency_key = ?",
                Ledger::read,
                grant.organizationId(),
                grant.key());
        if (known.isPresent()) {
            Entry entry = known.get();
            boolean same = entry.userId() == grant.userId()
                    && entry.amount().compareTo(grant.amount()) == 0
                    && entry.reference().equals(grant.reference());
            return same ? new Granted.Done(entry, true) : new Granted.OtherKey();
        }
        setPrepaid(connection, grant.organizationId(), grant.userId());
        BigDecimal balance = add(connection, grant.userId(), grant.amount());
        return new Granted.Done(
                Sql.only(
                        connection,
                        """
                        insert into ledger (organization_id, user_id, kind, amount, balance, reference, idempotency_key)
                        values (?, ?, 'grant', ?, ?, ?, ?)
                        returning *
                        """,
                        Ledger::read,
                        grant.organizationId(),
                        grant.userId(),
                        grant.amount(),
                        balance,
                        grant.reference(),
                        grant.key()),
                false);
    }

    /// From now on calls count the user's balance down. What was not counted while it was unlimited is not asked for: the balance is
    /// what it was before, or 0, and what runs got back meanwhile that were charged before.
    public static void setPrepaid(Connection connection, long organizationId, long userId) throws SQLException {
        if (lockForBilling(connection, userId)) {
            return;
        }
        BigDecimal balance = forgetUncounted(connection, organizationId, userId);
        String sql = "update users set credits = ?::numeric, billing = 'prepaid', updated_at = now() where id = ?";
        Sql.update(connection, sql, balance, userId);
    }

    /// Makes good what was written down and not counted since the user became unlimited, so that the sum of its entries is the balance
    /// that it had. The user is locked for billing, and unlimited.
    ///
    /// @return that balance
    static BigDecimal forgetUncounted(Connection connection, long organizationId, long userId) throws SQLException {
        record Sums(BigDecimal before, BigDecimal now) {}
        Sums sums = Sql.only(
                connection,
                """
                select coalesce((select balance from ledger where user_id = ? and balance is not null
                                  order by id desc limit 1), 0) as before,
                       coalesce((select sum(amount) from ledger where user_id = ?), 0) as now
                """,
                row -> new Sums(row.getBigDecimal("before"), row.getBigDecimal("now")),
                userId,
                userId);
        BigDecimal back = sums.before().subtract(sums.now());
        if (back.signum() != 0) {
            correct(connection, organizationId, userId, null, back, sums.before(), UNCOUNTED);
        }
        return sums.before();
    }

    /// From now on calls count nothing down.
    public static void setUnlimited(Connection connection, long userId) throws SQLException {
        if (lockForBilling(connection, userId)) {
            String sql = "update users set credits = null, billing = 'unlimited', updated_at = now() where id = ?";
            Sql.update(connection, sql, userId);
        }
    }

    /// Charges a stretch of talk. One that was charged before is refused by the table, and with it the transaction.
    public static void charge(Connection connection, Charge charge) throws SQLException {
        if (charge.amount().signum() == 0) {
            return;
        }
        BigDecimal amount = charge.amount().negate();
        Sql.update(
                connection,
                """
                insert into ledger (organization_id, user_id, run_id, kind, amount, balance, from_second, to_second, reference)
                values (?, ?, ?, 'charge', ?, ?::numeric, ?, ?, '')
                """,
                charge.organizationId(),
                charge.userId(),
                charge.runId(),
                amount,
                count(connection, charge.userId(), amount),
                charge.fromSecond(),
                charge.toSecond());
    }

    /// Adds a correction.
    ///
    /// @param runId of which there is one for each run; null where it is about no run
    /// @param balance what the user has after it; null where that is not counted
    static void correct(
            Connection connection,
            long organizationId,
            long userId,
            @Nullable Long runId,
            BigDecimal amount,
            @Nullable BigDecimal balance,
            String why)
            throws SQLException {
        Sql.update(
                connection,
                """
                insert into ledger (organization_id, user_id, run_id, kind, amount, balance, reference)
                values (?, ?, ?::bigint, 'correction', ?, ?::numeric, ?)
                """,
                organizationId,
                userId,
                runId,
                amount,
                balance,
                why);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, long before, int limit, Predicate<Entry> taker) throws SQLException {
        String sql = "select * from ledger where organization_id = ? and id < ? order by id desc limit ?";
        Sql.each(connection, sql, Ledger::read, taker, organizationId, before, limit);
    }

    /// What does not add up, a sentence each; nothing of it may ever be. Of users and runs of before there was a ledger, and of runs
    /// whose end is being written, it says nothing.
    public static List<String> disagreements(Connection connection, long organizationId) throws SQLException {
        return Sql.query(
                connection,
                """
                select 'user ' || u.id || ' has ' || u.credits || ', the entries say ' || s.sum as what
                  from users u, lateral (select coalesce(sum(amount), 0) as sum from ledger l where l.user_id = u.id) s
                 where u.organization_id = ? and u.credits <> s.sum
                union all
                select 'entry ' || l.id || ' leaves ' || l.balance || ', the ones up to it say ' || s.sum
                  from ledger l, lateral (select sum(amount) as sum from ledger b where b.user_id = l.user_id and b.id <= l.id) s
                 where l.organization_id = ? and l.balance <> s.sum
                union all
                select 'run ' || r.id || ' costs ' || coalesce(r.cost, 0) || ', the entries say ' || -s.sum
                  from runs r,
                       lateral (select coalesce(sum(amount), 0) as sum from ledger l where l.run_id = r.id) s
                 where r.organization_id = ? and r.price_per_minute is not null and coalesce(r.cost, 0) <> -s.sum
                """,
                row -> row.getString("what"),
                organizationId,
                organizationId,
                organizationId);
    }

    /// Adds to what a user has that is prepaid, which the transaction made sure of; says what that is then.
    static BigDecimal add(Connection connection, long userId, BigDecimal amount) throws SQLException {
        return Sql.only(
                connection,
                "update users set credits = credits + ?, updated_at = now() where id = ? returning credits",
                row -> row.getBigDecimal(1),
                amount,
                userId);
    }

    /// Adds to what a prepaid user has, and says what that is then; null where the user is unlimited, which it stays until the
    /// transaction ends.
    private static @Nullable BigDecimal count(Connection connection, long userId, BigDecimal amount) throws SQLException {
        for (int i = 0; i < TRIES; i++) {
            Optional<BigDecimal> balance = Sql.first(
                    connection,
                    """
                    update users set credits = credits + ?, updated_at = now() where id = ? and credits is not null
                    returning credits
                    """,
                    row -> row.getBigDecimal(1),
                    amount,
                    userId);
            if (balance.isPresent()) {
                return balance.get();
            }
            boolean unlimited = Sql.first(
                            connection,
                            "select id from users where id = ? and credits is null for key share",
                            row -> true,
                            userId)
                    .isPresent();
            if (unlimited) {
                return null;
            }
        }
        throw new IllegalStateException("how user " + userId + " pays is changed again and again");
    }

    /// Whether the user is prepaid; stays so until the transaction ends, and nobody writes entries of the user meanwhile.
    static boolean lockForBilling(Connection connection, long userId) throws SQLException {
        return Sql.only(
                connection,
                "select credits is not null from users where id = ? for update",
                row -> row.getBoolean(1),
                userId);
    }

    private static Entry read(ResultSet row) throws SQLException {
        return new Entry(
                row.getLong("id"),
                Sql.instant(row, "at"),
                row.getLong("organization_id"),
                row.getLong("user_id"),
                Sql.longOrNull(row, "run_id"),
                Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getBigDecimal("amount"),
                row.getBigDecimal("balance"),
                row.getString("reference"));
    }
}
