package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.ProviderTurns;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes out of the outbox what was said, and what was given up long ago. It waits for nobody but the database: what is said and stands
/// there for some seconds is said once more by [OutboxSweep]. Only the loop.
public final class OutboxLoop implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(OutboxLoop.class);

    /// Who dies within it after saying something has it said a second time.
    private static final long PERIOD_MS = 20;
    private static final int BATCH = 1_000;
    private static final Duration LOOK_PERIOD = Duration.ofSeconds(5);

    /// What was given up is there for people to look at for so long, as it is with webhooks.
    private static final Duration DEAD_KEPT = Duration.ofDays(30);
    private static final Duration FORGET_PERIOD = Duration.ofHours(1);

    private final Database database;
    private final Said said;
    private final BooleanSupplier ready;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);
    private volatile Outbox.Backlog backlog = new Outbox.Backlog(0, 0, 0);
    private Instant nextLook = Instant.MIN;
    private Instant nextForgetting = Instant.MIN;

    /// @param ready whether the database answers
    public OutboxLoop(Database database, Said said, Metrics metrics, BooleanSupplier ready, InstantSource clock) {
        this.database = database;
        this.said = said;
        this.ready = ready;
        this.clock = clock;
        metrics.gauge("agent_stream_orchestrator_outbox_waiting", () -> backlog.waiting());
        metrics.gauge("agent_stream_orchestrator_outbox_dead", () -> backlog.dead());
        metrics.gauge("agent_stream_orchestrator_outbox_oldest_seconds", () -> backlog.overdueS());
    }

    @Override
    public String role() {
        return "orchestrator-outbox";
    }

    @Override
    public void work() throws InterruptedException {
        if (!wake.tryAcquire(PERIOD_MS, TimeUnit.MILLISECONDS) && ready.getAsBoolean()) {
            pass();
        }
    }

    /// One pass without the waiting.
    void pass() {
        try {
            tidy();
            Instant now = clock.instant();
            if (!now.isBefore(nextLook)) {
                nextLook = now.plus(LOOK_PERIOD);
                backlog = database.withConnection(Outbox::backlog);
                database.withConnection(TelephonyConfigurations::destroyTokens);
            }
            if (!now.isBefore(nextForgetting)) {
                boolean all = database.withConnection(c -> Outbox.forgetDead(c, DEAD_KEPT, BATCH)) < BATCH;
                database.withConnection(ProviderTurns::forget);
                nextForgetting = all ? now.plus(FORGET_PERIOD) : now;
            }
        } catch (DatabaseException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("the outbox has to wait");
        }
    }

    /// What is said is deleted, and what can never be said is given up.
    private void tidy() {
        for (List<Long> next = said.batch(BATCH); !next.isEmpty(); next = said.batch(BATCH)) {
            List<Long> batch = next;
            database.withConnection(c -> RunPlaces.said(c, batch, said.places(batch)));
            said.forget(batch);
        }
        Map<Long, String> never = said.given();
        if (!never.isEmpty()) {
            database.withConnection(c -> Outbox.bury(c, never));
            said.forget(never.keySet());
        }
    }

    @Override
    public void wakeUp() {
        wake.release();
    }

    /// Whoever comes next finds nothing that was said already.
    @Override
    public void onClose() {
        try {
            tidy();
        } catch (DatabaseException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("some of what was said will be said again");
        }
    }
}
