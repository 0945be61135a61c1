package io.agentstream.orchestrator.decide;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A few threads at a time for each organisation, in the order in which they came.
///
/// Decisions that lock an organisation's row wait for each other, each with a connection to the database in its hand. Without
/// a bound the burst of one organisation has them all, and every other organisation waits with it. Any thread; what runs may
/// block.
final class Turns {

    /// More than one, so that what needs no lock is done while another holds it; far fewer than there are connections.
    private static final int AT_ONCE = 4;

    /// Two organisations with the same remainder share their turns.
    private static final int STRIPES = 1_024;

    private final Semaphore[] stripes =
            Stream.generate(() -> new Semaphore(AT_ONCE, true)).limit(STRIPES).toArray(Semaphore[]::new);
    private final Duration patience;

    /// @param patience longest wait for a turn
    Turns(Duration patience) {
        this.patience = patience;
    }

    /// Does `work` when it is its turn.
    ///
    /// @throws NotNowException where the turn did not come in time
    <T> T take(long organizationId, Supplier<T> work) throws InterruptedException {
        Semaphore turns = stripes[Math.floorMod(organizationId, STRIPES)];
        if (!turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new NotNowException("too many calls of one organisation start at once", null);
        }
        try {
            return work.get();
        } finally {
            turns.release();
        }
    }
}
