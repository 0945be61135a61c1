package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.SignsOfLife;
import io.agentstream.orchestrator.store.SignsOfLife.Sign;
import io.agentstream.schemas.CallId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Signs of life that were read and not yet noted, so that a thousand of them are one statement; of each call the newest, with
/// the gateway's own time. Losing some is harmless: gateways give several before a call counts as lost. Any thread.
public final class Heartbeats {

    /// Few, because the rows of a batch are locked while it is written, and a call that begins or ends then waits.
    private static final int BATCH = 100;

    private final Map<UUID, Instant> heard = new ConcurrentHashMap<>();

    /// As many as there are open calls at most.
    ///
    /// @param at when the gateway gave the sign
    public void heard(CallId callId, Instant at) {
        heard.merge(callId.value(), at, (old, fresh) -> fresh.isAfter(old) ? fresh : old);
    }

    /// One that cannot be noted, such as a time that is none, is that call's own: it counts as not heard.
    private static void note(Database database, List<Sign> batch, Instant now) {
        try {
            database.withConnection(connection -> SignsOfLife.touch(connection, batch, now));
        } catch (DatabaseException failure) {
            if (failure.isTransient()) {
                throw failure;
            }
            if (batch.size() > 1) {
                batch.forEach(sign -> note(database, List.of(sign), now));
            }
        }
    }

    /// Notes in the database who was heard of. What cannot be noted stays for the next time.
    public void flush(Database database, Instant now) {
        while (!heard.isEmpty()) {
            List<Sign> batch = heard.entrySet().stream()
                    .limit(BATCH)
                    .map(sign -> new Sign(sign.getKey(), sign.getValue()))
                    .toList();
            note(database, batch, now);
            batch.forEach(sign -> heard.remove(sign.callId(), sign.at())); // a newer one that came meanwhile stays
        }
    }
}
