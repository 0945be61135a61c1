package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.schemas.CallId;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/// Whose agents and calls are: for whose turn it is, and for nothing else. Remembered, because it never changes and is asked for each
/// record; who cannot be found is nobody, and all of nobody's calls have one line together, in which they are looked up too. Any
/// thread; may block on the database.
final class Owners {

    /// Nobody's organisation.
    static final long NOBODY = 0;

    /// Most agents, and most calls, that are remembered; beyond, all are forgotten, and looked up again.
    private static final int MOST = 100_000;

    private final Database database;
    private final Turns lookups;
    private final Map<String, Long> ofAgents = new ConcurrentHashMap<>();
    private final Map<CallId, Long> ofCalls = new ConcurrentHashMap<>();

    /// @param atOnce how many lookups there are at a time
    Owners(Database database, int atOnce) {
        this.database = database;
        this.lookups = new Turns(atOnce);
    }

    /// @param patience longest wait for a lookup's turn
    /// @throws NotNowException where it did not come in time
    long ofAgent(String digest, Duration patience) throws InterruptedException {
        Long known = ofAgents.get(digest);
        return known != null ? known : found(ofAgents, digest, patience, connection -> Agents.organizationOf(connection, digest));
    }

    /// @param patience longest wait for a lookup's turn
    /// @throws NotNowException where it did not come in time
    long ofCall(CallId call, Duration patience) throws InterruptedException {
        Long known = ofCalls.get(call);
        return known != null ? known : found(ofCalls, call, patience, connection -> Runs.organizationOf(connection, call.value()));
    }

    /// Its calls need not be looked up.
    void remember(CallId call, long organizationId) {
        remember(ofCalls, call, organizationId);
    }

    private <K> long found(Map<K, Long> known, K key, Duration patience, Database.Work<OptionalLong> lookup)
            throws InterruptedException {
        OptionalLong found = lookups.take(NOBODY, patience, () -> {
            Long meanwhile = known.get(key);
            return meanwhile == null ? database.withConnection(lookup) : OptionalLong.of(meanwhile);
        });
        found.ifPresent(organization -> remember(known, key, organization));
        return found.orElse(NOBODY);
    }

    private static <K> void remember(Map<K, Long> known, K key, long organizationId) {
        if (known.size() >= MOST) {
            known.clear();
        }
        known.put(key, organizationId);
    }
}
