package io.agentstream.orchestrator.liveness;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Since when there has been no worker at all. A worker that is killed is a member until its session times out; a worker that is
/// restarted has this long to come back. Only the reaper's loop.
final class Workers {

    private static final Duration PERIOD = Duration.ofSeconds(2);

    /// Longest time between two answers between which nobody can have come and gone.
    private static final Duration MAX_GAP = Duration.ofSeconds(8);

    private final LogWatch log;
    private final Duration patience;
    private @Nullable Instant goneSince;
    private Instant lastAnswer = Instant.MIN;

    /// @param patience how long there must be no worker before its conversations count as nobody's
    Workers(LogWatch log, Duration patience) {
        this.log = log;
        this.patience = patience;
    }

    void interrupted() {
        goneSince = null;
        lastAnswer = Instant.MIN;
    }

    /// Since when there has been no worker, where that is longer than can be waited for.
    Optional<Instant> goneForGood(Instant now) throws InterruptedException {
        if (!lastAnswer.equals(Instant.MIN) && now.isBefore(lastAnswer.plus(PERIOD))) {
            return gone(lastAnswer);
        }
        Optional<Boolean> present = log.hasWorkers();
        boolean gap = lastAnswer.equals(Instant.MIN) || now.isAfter(lastAnswer.plus(MAX_GAP));
        if (present.isEmpty() || present.get()) {
            goneSince = null;
        } else if (goneSince == null || gap) {
            goneSince = now;
        }
        if (present.isPresent()) {
            lastAnswer = now;
        }
        return gone(now);
    }

    /// Whether there is none at this very moment, as Kafka says when it is asked once more.
    boolean isGone() throws InterruptedException {
        boolean gone = log.hasWorkers().filter(present -> !present).isPresent();
        if (!gone) {
            goneSince = null;
        }
        return gone;
    }

    private Optional<Instant> gone(Instant at) {
        return Optional.ofNullable(goneSince).filter(since -> !at.isBefore(since.plus(patience)));
    }
}
