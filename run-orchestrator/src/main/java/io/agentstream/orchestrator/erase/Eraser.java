package io.agentstream.orchestrator.erase;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Erasures;
import io.agentstream.orchestrator.store.Erasures.Emptied;
import io.agentstream.orchestrator.store.Erasures.Erasure;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what is ordered to be erased, any orchestrator any of it, in steps that may be done again: the runs' rows and keys in batches,
/// then the keys on their topic, then it looks whether anything can still be read, and only then says that it is done. Owns its thread.
public final class Eraser implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Eraser.class);

    private static final long PAUSE_MS = 500;
    private static final int SOON_S = 1;
    private static final int LATER_S = 60;

    /// How much longer than its retention a record may stay on a topic: a segment, and the broker's own rounds.
    private static final Duration MARGIN = Duration.ofDays(2);

    /// After this long nothing of a call is left on any topic that has a retention, whether it was sealed or not.
    static final Duration LONGEST = Topics.ALL.stream()
            .filter(topic -> topic.cleanup().contains(Topic.Cleanup.DELETE))
            .map(Topic::retention)
            .max(Comparator.naturalOrder())
            .orElseThrow()
            .plus(MARGIN);

    private final Database database;
    private final KeyTopic topic;
    private final BooleanSupplier ready;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);

    public Eraser(Database database, KeyTopic topic, BooleanSupplier ready, InstantSource clock) {
        this.database = database;
        this.topic = topic;
        this.ready = ready;
        this.clock = clock;
    }

    @Override
    public String role() {
        return "orchestrator-eraser";
    }

    @Override
    public void work() throws InterruptedException {
        boolean more = false;
        try {
            more = ready.getAsBoolean() && step();
        } catch (RuntimeException failure) {
            log.atWarn().addKeyValue("failure", Causes.of(failure)).log("an erasure is tried again");
        }
        if (!more && wake.tryAcquire(PAUSE_MS, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    /// Takes one erasure a step further; false where none is due.
    boolean step() throws InterruptedException {
        Optional<Erasure> due = database.inTransaction(connection -> {
            Optional<Erasure> found = Erasures.due(connection);
            if (found.isPresent()) {
                int emptied = Erasures.empty(connection, found.get());
                boolean wait = emptied == 0 && Erasures.anyOpen(connection, found.get());
                Erasures.later(connection, found.get().id(), emptied > 0 ? 0 : SOON_S, null);
                if (emptied > 0 || wait) {
                    return Optional.empty();
                }
            }
            return found;
        });
        return due.isPresent() && finish(due.get());
    }

    private boolean finish(Erasure erasure) throws InterruptedException {
        Instant now = clock.instant();
        List<Emptied> recent = database.inTransaction(connection -> {
            Erasures.again(connection, erasure.id());
            return Erasures.emptied(connection, erasure.id(), now.minus(LONGEST));
        });
        Set<CallId> keys = new HashSet<>();
        Instant doneBy = null;
        for (Emptied run : recent) {
            if (run.sealed()) {
                keys.add(run.callId());
            } else {
                doneBy = later(doneBy, run.endedAt().plus(LONGEST)); // in the clear on the topics until then
            }
        }
        boolean gone = topic.destroy(keys);
        if (!gone) {
            for (Emptied run : recent) {
                doneBy = run.sealed() ? later(doneBy, run.endedAt().plus(Topics.CALL_KEYS.retention()).plus(MARGIN)) : doneBy;
            }
        }
        Instant until = doneBy;
        boolean done = database.inTransaction(connection -> {
            if (gone && until == null && Erasures.left(connection, erasure.id()) == 0) {
                Erasures.done(connection, erasure.id());
                return true;
            }
            Erasures.later(connection, erasure.id(), gone ? LATER_S : SOON_S, until);
            return false;
        });
        if (done) {
            log.atInfo().addKeyValue("erasure", erasure.id()).log("erased");
        }
        return done;
    }

    private static Instant later(@Nullable Instant one, Instant other) {
        return one == null || other.isAfter(one) ? other : one;
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
