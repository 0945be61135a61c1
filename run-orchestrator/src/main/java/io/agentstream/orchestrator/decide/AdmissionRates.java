package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.AdmissionBuckets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Admissions per second and organisation, over all orchestrators: a token bucket in the database, of which each process takes a
/// tenth of a second's worth at a time and uses it within a second. So a flood costs the database ten statements a second at most,
/// and in any time no more are admitted than the rate allows, a second's worth, and a tenth of it for each orchestrator. Any
/// thread; may block on the database, with the connection that it is given.
final class AdmissionRates {

    private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long EMPTY_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /// Organisations whose share is kept; beyond, all are forgotten, which wastes what they had.
    private static final int MOST = 10_000;

    private final ConcurrentHashMap<Long, Share> shares = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    AdmissionRates(LongSupplier nanos) {
        this.nanos = nanos;
    }

    private static final class Share {
        int left;
        long takenAtNs;
        boolean known;
    }

    /// @param perSecond null: as many as come
    boolean take(Connection connection, long organizationId, @Nullable Integer perSecond) throws SQLException {
        if (perSecond == null) {
            return true;
        }
        if (shares.size() >= MOST) {
            shares.clear();
        }
        Share share = shares.computeIfAbsent(organizationId, id -> new Share());
        synchronized (share) {
            long age = nanos.getAsLong() - share.takenAtNs;
            boolean empty = share.known && share.left == 0 && age < Math.min(EMPTY_NS, KEPT_NS / perSecond);
            if (empty) {
                return false;
            }
            if (!share.known || share.left == 0 || age >= KEPT_NS) {
                share.left = AdmissionBuckets.take(connection, organizationId, perSecond, Math.max(1, perSecond / 10));
                share.takenAtNs = nanos.getAsLong();
                share.known = true;
            }
            if (share.left == 0) {
                return false;
            }
            share.left--;
            return true;
        }
    }
}
