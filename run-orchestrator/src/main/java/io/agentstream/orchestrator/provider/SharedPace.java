package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.ProviderTurns;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/// One line for all orchestrators of an installation, kept in the database. Any thread; blocks on the database.
public final class SharedPace implements Pace {

    /// Most requests in a window for which it is worth it: no provider allows more, and all of them are in one row.
    public static final int MOST = 1_000;

    /// Requests travel for different times: two that were further apart may arrive closer together.
    private static final Duration MARGIN = Duration.ofMillis(100);

    private final Database database;
    private final ProviderTurns turns;

    /// @param requests most of them in any `window`, 1 to [#MOST]
    public SharedPace(Database database, String provider, int requests, Duration window) {
        this.database = database;
        this.turns = new ProviderTurns(provider, requests, window.plus(MARGIN));
    }

    @Override
    public OptionalLong reserve(String line, long nowNanos, long deadlineNanos) {
        long patienceNs = deadlineNanos - nowNanos;
        return patienceNs <= 0
                ? OptionalLong.empty()
                : database.withConnection(c -> turns.reserve(c, line, Duration.ofNanos(patienceNs)));
    }

    @Override
    public Turns take(String line, int most) {
        return database.inTransaction(c -> turns.take(c, line, most))
                .map(taken -> Turns.now(taken.count(), taken.at()))
                .orElse(Turns.NONE);
    }

    @Override
    public void late(String line, Turns late) {
        Instant at = late.at();
        if (at != null) {
            database.withConnection(c -> turns.late(c, line, at));
        }
    }
}
