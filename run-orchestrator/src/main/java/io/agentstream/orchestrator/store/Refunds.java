package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;

/// What runs get back of what they were charged.
///
/// A run may be charged partly while its owner is prepaid and partly while it is not, and get something back at either time. What it
/// costs is always the sum of its entries. What its owner has changes only by what was counted: what never was is not given back, and
/// what was is not lost, be the owner unlimited by then. Whoever calls holds the run's lock.
public final class Refunds {

    private Refunds() {}

    /// Gives back what a run was charged, or a part of it, the newest first; once for each run.
    ///
    /// @param amount above zero, at most what the run was charged
    /// @param why what its reader sees
    public static void giveBack(
            Connection connection, long organizationId, long userId, long runId, BigDecimal amount, String why)
            throws SQLException {
        boolean prepaid = Ledger.lockForBilling(connection, userId); // what was charged meanwhile would be between the entries
        BigDecimal counted = counted(connection, runId, amount);
        if (!prepaid && counted.signum() == 0) {
            Ledger.correct(connection, organizationId, userId, runId, amount, null, why);
            return;
        }
        BigDecimal balance = prepaid
                ? Ledger.add(connection, userId, counted)
                : Ledger.forgetUncounted(connection, organizationId, userId).add(counted);
        BigDecimal uncounted = amount.subtract(counted);
        Ledger.correct(connection, organizationId, userId, runId, amount, balance.add(uncounted), why);
        if (uncounted.signum() != 0) {
            Ledger.correct(connection, organizationId, userId, null, uncounted.negate(), balance, Ledger.UNCOUNTED);
        }
    }

    /// How much of the newest `amount` that the run was charged was counted off its owner's balance.
    private static BigDecimal counted(Connection connection, long runId, BigDecimal amount) throws SQLException {
        record Charged(BigDecimal amount, boolean counted) {}
        BigDecimal left = amount;
        BigDecimal counted = BigDecimal.ZERO;
        for (Charged charged : Sql.query(
                connection,
                """
                select -amount as amount, balance is not null as counted from ledger
                 where run_id = ? and kind = 'charge' order by from_second desc
                """,
                row -> new Charged(row.getBigDecimal("amount"), row.getBoolean("counted")),
                runId)) {
            BigDecimal part = left.min(charged.amount());
            counted = charged.counted() ? counted.add(part) : counted;
            left = left.subtract(part);
        }
        return counted;
    }
}
