package io.agentstream.orchestrator;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseClock;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the database, brings its schema up to date, opens, and from then on asks every two seconds whether the database
/// answers, and what time it is there. A schema that cannot be brought up to date breaks the loop, and with it the process: waiting does not mend it.
final class DatabaseGate implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(DatabaseGate.class);
    private static final long PERIOD_MS = 2_000;
    private static final Optional<String> AWAY = Optional.of("the database does not answer");

    private final Database database;
    private final DatabaseClock clock;
    private final CountDownLatch open = new CountDownLatch(1);
    private final Semaphore wake = new Semaphore(0);
    private boolean waiting;
    private volatile Optional<String> reason = Optional.of("the database has not answered yet");

    /// @param clock kept right here
    DatabaseGate(Database database, DatabaseClock clock) {
        this.database = database;
        this.clock = clock;
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
                clock.read(database);
                reason = Optional.empty();
                open.countDown();
                log.info("the database's schema is up to date");
            } catch (Database.UnavailableException away) {
                if (!waiting) {
                    waiting = true;
                    log.atWarn().addKeyValue("failure", Causes.of(away)).log("waiting for the database");
                }
                reason = Optional.of("the database does not answer, or refuses us");
            } catch (DatabaseException gone) { // in between
                reason = AWAY;
            }
        } else {
            reason = answers() ? Optional.empty() : AWAY;
        }
        wake.tryAcquire(reason.isPresent() ? PERIOD_MS / 4 : PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private boolean answers() {
        if (!database.isReachable()) {
            return false;
        }
        try {
            clock.read(database);
        } catch (DatabaseException busy) {
            log.atDebug().setCause(busy).log("the database's time was not read");
        }
        return true;
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
