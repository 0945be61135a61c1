package io.agentstream.orchestrator;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.DutyCycle;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the database, brings its schema up to date, opens, and from then on asks every two seconds whether the database
/// answers. A schema that cannot be brought up to date breaks the loop, and with it the process: waiting does not mend it.
final class DatabaseGate implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(DatabaseGate.class);
    private static final long PERIOD_MS = 2_000;

    private final Database database;
    private final CountDownLatch open = new CountDownLatch(1);
    private final Semaphore wake = new Semaphore(0);
    private boolean waiting;
    private volatile Optional<String> reason = Optional.of("the database has not answered yet");

    DatabaseGate(Database database) {
        this.database = database;
    }

    /// Zero once the schema is up to date.
    CountDownLatch open() {
        return open;
    }

    /// Why the database cannot be used, or nothing.
    Optional<String> reason() {
        return reason;
    }

    @Override
    public String role() {
        return "orchestrator-database";
    }

    @Override
    public void work() throws InterruptedException {
        if (open.getCount() > 0) {
            try {
                database.migrate(Duration.ZERO);
                reason = Optional.empty();
                open.countDown();
                log.info("the database's schema is up to date");
            } catch (Database.UnavailableException away) {
                if (!waiting) {
                    waiting = true;
                    log.atWarn().addKeyValue("failure", away.getMessage()).log("waiting for the database");
                }
                reason = Optional.of("the database does not answer, or refuses us");
            }
        } else {
            reason = database.isReachable() ? Optional.empty() : Optional.of("the database does not answer");
        }
        wake.tryAcquire(reason.isPresent() ? PERIOD_MS / 4 : PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
