package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.AdmissionBuckets;
import io.agentstream.orchestrator.store.Database;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Admissions per second and organisation, over all orchestrators: a token bucket in the database, of which each process takes a
/// tenth of a second's worth at a time and uses it within a second. So a flood costs the database a statement for each tenth that there
/// is, and where there is none no more statements a second than the rate has admissions, or ten. In any time no more are admitted than
/// the rate allows, a second's worth, and a tenth of it for each orchestrator.
///
/// What is known here is said without waiting ([#known]), also by who holds a connection. Who has to ask the database ([#ask]) must
/// hold none: all of an organisation's wait there for the one of them that asks. Any thread.
final class AdmissionRates {

    private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long EMPTY_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /// Organisations whose share is kept; beyond, all are forgotten, which wastes what they had.
    private static final int MOST = 10_000;

    private final ConcurrentHashMap<Long, Share> shares = new ConcurrentHashMap<>();
    private final Database database;
    private final LongSupplier nanos;

    AdmissionRates(Database database, LongSupplier nanos) {
        this.database = database;
        this.nanos = nanos;
    }

    /// What is known of a rate.
    enum Verdict {
        /// There was an admission left, and it is taken.
        TAKEN,
        /// There is none.
        NONE,
        /// The database has to be asked.
        UNKNOWN
    }

    /// What this process has taken of an organisation's bucket.
    private static final class Share {
        final ReentrantLock asking = new ReentrantLock();
        private int left;
        private long takenAtNs;
        private boolean known;
        private boolean dry;

        synchronized Verdict take(long nowNs, int perSecond) {
            long age = nowNs - takenAtNs;
            if (!known || age >= KEPT_NS) {
                return Verdict.UNKNOWN;
            }
            if (left > 0) {
                left--;
                return Verdict.TAKEN;
            }
            return dry && age < Math.min(EMPTY_NS, KEPT_NS / perSecond) ? Verdict.NONE : Verdict.UNKNOWN;
        }

        /// @param drained whether the bucket had fewer than were wanted
        synchronized void refill(int taken, boolean drained, long nowNs) {
            left = taken;
            dry = drained;
            takenAtNs = nowNs;
            known = true;
        }
    }

    /// Takes an admission where it is known that there is one. Never waits.
    Verdict known(long organizationId, int perSecond) {
        return share(organizationId).take(nanos.getAsLong(), perSecond);
    }

    /// Takes an admission where there is one. Blocks on the database; who calls holds no connection.
    boolean ask(long organizationId, int perSecond) throws InterruptedException {
        Share share = share(organizationId);
        share.asking.lockInterruptibly();
        try {
            Verdict meanwhile = share.take(nanos.getAsLong(), perSecond);
            if (meanwhile != Verdict.UNKNOWN) {
                return meanwhile == Verdict.TAKEN;
            }
            int wanted = Math.max(1, perSecond / 10);
            int taken = database.inTransaction(
                    connection -> AdmissionBuckets.take(connection, organizationId, perSecond, wanted));
            share.refill(Math.max(0, taken - 1), taken < wanted, nanos.getAsLong());
            return taken > 0;
        } finally {
            share.asking.unlock();
        }
    }

    private Share share(long organizationId) {
        if (shares.size() >= MOST) {
            shares.clear();
        }
        return shares.computeIfAbsent(organizationId, _ -> new Share());
    }
}
