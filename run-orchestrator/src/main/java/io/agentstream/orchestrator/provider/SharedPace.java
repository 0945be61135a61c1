package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.ProviderTurns;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// One line for all orchestrators of an installation, kept in the database. Any thread; blocks on the database.
///
/// A line is a row, which whoever takes a turn locks. Of those of this process who want one in the same line one asks the database at a time,
/// and the others wait without a connection: with one each, the calls of one organisation's busy or slow provider would have all there are.
public final class SharedPace implements Pace {

    /// Most requests in a window for which it is worth it: no provider allows more, and all of them are in one row.
    public static final int MOST = 1_000;

    /// Requests travel for different times: two that were further apart may arrive closer together.
    private static final Duration MARGIN = Duration.ofMillis(100);

    private final Database database;
    private final ProviderTurns turns;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();

    /// Those who want a turn; there for as long as there is one.
    private static final class Line {
        final Semaphore asks = new Semaphore(1, true);
        int people; // changed within the map's own lock on the key
    }

    /// @param requests most of them in any `window`, 1 to [#MOST]
    public SharedPace(Database database, String provider, int requests, Duration window) {
        this.database = database;
        this.turns = new ProviderTurns(provider, requests, window.plus(MARGIN));
    }

    /// @throws DatabaseException where the database was too slow for its turn to be asked for
    @Override
    public OptionalLong reserve(String line, long nowNanos, long deadlineNanos) {
        Line mine = lines.compute(line, (_, known) -> {
            Line joined = known == null ? new Line() : known;
            joined.people++;
            return joined;
        });
        try {
            if (!mine.asks.tryAcquire(deadlineNanos - nowNanos, TimeUnit.NANOSECONDS)) {
                throw tooSlow();
            }
            try {
                long patienceNs = deadlineNanos - System.nanoTime();
                if (patienceNs <= 0) {
                    throw tooSlow();
                }
                return database.withConnection(c -> turns.reserve(c, line, Duration.ofNanos(patienceNs)));
            } finally {
                mine.asks.release();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } finally {
            lines.computeIfPresent(line, (_, known) -> --known.people == 0 ? null : known);
        }
    }

    /// Nobody was asked whether there is a turn: that is ours, and no provider's limit.
    private static DatabaseException tooSlow() {
        return new DatabaseException(new SQLTimeoutException("turns are given too slowly"));
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
