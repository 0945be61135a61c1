package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.schemas.CallId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Calls that were heard of and not yet noted as such, so that a thousand signs of life are one statement. Losing some is
/// harmless: gateways give several before a call counts as lost. Any thread.
public final class Heartbeats {

    /// Few, because the rows of a batch are locked while it is written, and a call that begins or ends then waits.
    private static final int BATCH = 100;

    private final Set<UUID> heard = ConcurrentHashMap.newKeySet();

    /// As many as there are open calls at most.
    public void heard(CallId callId) {
        heard.add(callId.value());
    }

    /// Notes in the database who was heard of. What cannot be noted stays for the next time.
    public void flush(Database database, Instant now) {
        while (!heard.isEmpty()) {
            List<UUID> batch = heard.stream().limit(BATCH).toList();
            database.withConnection(connection -> RunRows.touch(connection, batch, now));
            batch.forEach(heard::remove);
        }
    }
}
