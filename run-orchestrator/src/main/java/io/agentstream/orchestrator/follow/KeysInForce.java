package io.agentstream.orchestrator.follow;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.RunEventFeed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Whether the keys with which somebody follows something, or is sent an answer that takes long, still open it: one that is revoked opens
/// nothing any more, also where it has opened it already. The database is asked once in [#EVERY_NS] for all of them, by whoever comes first;
/// the others hear what was known before. One that is away takes nobody's key. Any thread.
public final class KeysInForce {

    static final long EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    private final Database database;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Map<Long, Integer> used = new HashMap<>();
    private Set<Long> revoked = Set.of();
    private long askedNs;

    public KeysInForce(Database database, LongSupplier nanoTime) {
        this.database = database;
        this.nanoTime = nanoTime;
        this.askedNs = nanoTime.getAsLong();
    }

    /// Somebody follows, or is sent something, with the key, which was in force a moment ago.
    public synchronized void enter(long keyId) {
        used.merge(keyId, 1, Integer::sum);
    }

    public synchronized void leave(long keyId) {
        used.computeIfPresent(keyId, (_, count) -> count == 1 ? null : count - 1);
    }

    /// May block on the database.
    public boolean isRevoked(long keyId) {
        Set<Long> asked;
        synchronized (this) {
            long nowNs = nanoTime.getAsLong();
            if (nowNs - askedNs < EVERY_NS) {
                return revoked.contains(keyId);
            }
            askedNs = nowNs;
            asked = new HashSet<>(used.keySet());
        }
        try {
            Set<Long> inForce = database.withConnection(connection -> RunEventFeed.inForce(connection, asked));
            asked.removeAll(inForce);
        } catch (DatabaseException away) {
            asked.clear();
        }
        synchronized (this) {
            revoked = Set.copyOf(asked);
            return revoked.contains(keyId);
        }
    }
}
