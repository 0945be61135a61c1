package io.agentstream.orchestrator.erase;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RetentionRounds;
import io.agentstream.orchestrator.store.RetentionRounds.Round;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Forgets what organisations keep for a time only, any orchestrator any of it, some runs at a time. Owns its thread.
public final class RetentionJob implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(RetentionJob.class);

    private static final long PAUSE_MS = 5_000;

    /// How often it is looked for organisations that have times of their own since.
    private static final Duration BEGIN_EVERY = Duration.ofSeconds(60);

    private final Database database;
    private final BooleanSupplier ready;
    private final InstantSource clock;
    private final Counter runs;
    private final Semaphore wake = new Semaphore(0);
    private Instant nextBegin = Instant.MIN;

    public RetentionJob(Database database, BooleanSupplier ready, InstantSource clock, Metrics metrics) {
        this.database = database;
        this.ready = ready;
        this.clock = clock;
        this.runs = metrics.counter("agent_stream_orchestrator_retention_runs"); // gone through, whether anything was left of them or not
    }

    @Override
    public String role() {
        return "orchestrator-retention";
    }

    @Override
    public void work() throws InterruptedException {
        boolean more = false;
        try {
            more = ready.getAsBoolean() && step();
        } catch (RuntimeException failure) {
            log.atWarn().addKeyValue("failure", Causes.of(failure)).log("what is to be forgotten is tried again");
        }
        if (!more && wake.tryAcquire(PAUSE_MS, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    /// Takes one organisation a step further; false where none is due.
    boolean step() {
        Instant now = clock.instant();
        if (!now.isBefore(nextBegin)) {
            database.withConnection(RetentionRounds::begin);
            nextBegin = now.plus(BEGIN_EVERY);
        }
        return database.inTransaction(connection -> {
            Optional<Round> due = RetentionRounds.due(connection);
            if (due.isPresent()) {
                runs.increment(RetentionRounds.goOn(connection, due.get(), now));
            }
            return due.isPresent();
        });
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
