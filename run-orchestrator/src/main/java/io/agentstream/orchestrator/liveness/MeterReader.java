package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.UndeliverableException;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Meters;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.CallId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the meters that are due, once a second: charges running runs by the minute, and ends calls whose money is used up. All
/// orchestrators do so; who comes second finds nothing due. Only the loop; what cannot be done now is due the next time too.
public final class MeterReader implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(MeterReader.class);

    private static final long PERIOD_MS = 1_000;
    private static final int MOST_AT_ONCE = 500;

    private final Database database;
    private final RunDecisions decisions;
    private final Announcer announcer;
    private final BooleanSupplier ready;
    private final Duration grace;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);

    /// @param ready whether database and Kafka answer
    /// @param grace how long an agent may take to finish its sentence when the money is used up
    public MeterReader(
            Database database,
            RunDecisions decisions,
            Announcer announcer,
            BooleanSupplier ready,
            Duration grace,
            InstantSource clock) {
        this.database = database;
        this.decisions = decisions;
        this.announcer = announcer;
        this.ready = ready;
        this.grace = grace;
        this.clock = clock;
    }

    @Override
    public String role() {
        return "orchestrator-meters";
    }

    @Override
    public void work() throws InterruptedException {
        if (!wake.tryAcquire(PERIOD_MS, TimeUnit.MILLISECONDS) && ready.getAsBoolean()) {
            pass();
        }
    }

    /// One pass without the waiting.
    void pass() throws InterruptedException {
        try {
            List<UUID> due = database.withConnection(c -> Meters.due(c, clock.instant(), MOST_AT_ONCE));
            for (UUID call : due) {
                readOne(new CallId(call));
            }
        } catch (DatabaseException | NotNowException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("reading meters has to wait");
        }
    }

    /// A meter that cannot be read keeps no other from being read.
    private void readOne(CallId call) throws InterruptedException {
        try {
            read(call);
        } catch (DatabaseException failure) {
            if (failure.isTransient()) {
                throw failure;
            }
            log.atError().addKeyValue("call", call).setCause(failure).log("a meter cannot be read");
        }
    }

    private void read(CallId call) throws InterruptedException {
        Decision decision = decisions.metered(call, grace, clock);
        if (decision.isEmpty()) {
            return;
        }
        try {
            announcer.announce(decision);
        } catch (UndeliverableException never) { // its gateway's slot is gone, and so is the call soon
            log.atError().addKeyValue("call", call).setCause(never).log("a call cannot be told that its money is used up");
        }
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
