package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what was said out of the outbox, and says what somebody decided and did not come to say. Only the loop; a database or a Kafka
/// that is away is waited for.
public final class OutboxLoop implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(OutboxLoop.class);

    /// Who dies within it after saying something has it said a second time.
    private static final long PERIOD_MS = 20;
    private static final int BATCH = 1_000;
    private static final int CALLS_AT_ONCE = 100;
    private static final Duration SWEEP_PERIOD = Duration.ofSeconds(1);
    private static final Duration LOOK_PERIOD = Duration.ofSeconds(5);

    private final Database database;
    private final Unsaid unsaid;
    private final Said said;
    private final Announcer announcer;
    private final BooleanSupplier ready;
    private final Metrics metrics;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);
    private volatile Outbox.Backlog backlog = new Outbox.Backlog(0, 0, 0);
    private Instant nextSweep = Instant.MIN;
    private Instant nextLook = Instant.MIN;

    /// What it works with.
    public record Hands(Database database, Unsaid unsaid, Said said, Announcer announcer, Metrics metrics) {}

    /// @param ready whether database and Kafka answer
    public OutboxLoop(Hands hands, BooleanSupplier ready, InstantSource clock) {
        this.database = hands.database();
        this.unsaid = hands.unsaid();
        this.said = hands.said();
        this.announcer = hands.announcer();
        this.metrics = hands.metrics();
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
    void pass() throws InterruptedException {
        try {
            tidy();
            Instant now = clock.instant();
            if (!now.isBefore(nextSweep)) {
                nextSweep = now.plus(SWEEP_PERIOD);
                sweep();
            }
            if (!now.isBefore(nextLook)) {
                nextLook = now.plus(LOOK_PERIOD);
                backlog = database.withConnection(Outbox::backlog);
                database.withConnection(TelephonyConfigurations::destroyTokens);
            }
        } catch (DatabaseException | NotNowException away) {
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

    private void sweep() throws InterruptedException {
        for (UUID call : database.withConnection(c -> Outbox.takeUnsaid(c, CALLS_AT_ONCE))) {
            Decision decision = unsaid.of(new CallId(call), said::knows, clock);
            if (decision.isEmpty()) { // said meanwhile
                said.add(decision.written().says());
                continue;
            }
            metrics.counter("agent_stream_orchestrator_outbox_swept").increment();
            log.atWarn().addKeyValue("call", call).log("saying what was decided and perhaps not said");
            try {
                announcer.announce(decision);
            } catch (UndeliverableException never) { // it is given up by now
                log.atError().addKeyValue("call", call).setCause(never).log("a decision can never be said");
            }
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
