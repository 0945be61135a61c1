package io.agentstream.orchestrator.decide;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A few threads at a time for each organisation, in the order in which they came; who waits for its turn holds nothing.
///
/// Decisions that lock an organisation's row, or its owner's, wait for each other, each with a connection to the database in its hand.
/// Without a bound the burst of one organisation has them all, and every other organisation waits with it. Any thread; what runs may
/// block.
final class Turns {

    private final Map<Long, Line> lines = new ConcurrentHashMap<>();
    private final int atOnce;

    /// @param atOnce more than one, so that what needs no lock is done while another holds it; far fewer than there are connections
    Turns(int atOnce) {
        this.atOnce = atOnce;
    }

    /// Those of one organisation that wait or are at work; there for as long as there is one.
    private static final class Line {
        final Semaphore places;
        int people; // changed within the map's own lock on the key

        Line(int places) {
            this.places = new Semaphore(places, true);
        }
    }

    /// Does `work` when it is its turn.
    ///
    /// @param patience longest wait for a turn
    /// @throws NotNowException where the turn did not come in time
    <T> T take(long organizationId, Duration patience, Supplier<T> work) throws InterruptedException {
        Line line = lines.compute(organizationId, (_, known) -> {
            Line joined = known == null ? new Line(atOnce) : known;
            joined.people++;
            return joined;
        });
        try {
            if (!line.places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new NotNowException("too many calls of one organisation are decided on at once", null);
            }
            try {
                return work.get();
            } finally {
                line.places.release();
            }
        } finally {
            lines.computeIfPresent(organizationId, (_, known) -> --known.people == 0 ? null : known);
        }
    }

    /// Organisations of which somebody waits or is at work.
    int lines() {
        return lines.size();
    }
}
