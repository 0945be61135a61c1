package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.RefusedCalls;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notes signs of life, and closes the runs of calls that have gone quiet, on the partitions that we have listened to for long
/// enough to know. Only the loop; a database or a Kafka that is away is waited for.
public final class Reaper implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Reaper.class);

    private static final long PERIOD_MS = 1_000;
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(10);
    private static final int MOST_AT_ONCE = 500;

    /// Offers do not come again after that, unless they are too old to be admitted anyway.
    private static final Duration REFUSALS_KEPT = Duration.ofHours(1);

    private final Database database;
    private final RunDecisions decisions;
    private final Announcer announcer;
    private final Heartbeats heartbeats;
    private final Listening listening;
    private final BooleanSupplier ready;
    private final Counter reaped;
    private final InstantSource clock;
    private final Duration lostAfter;
    private final Semaphore wake = new Semaphore(0);

    /// Decided, but not yet taken by Kafka. Nothing more is decided while there are any.
    private final Queue<Decision> unsaid = new ArrayDeque<>();

    private Instant nextLook = Instant.MIN;
    private Instant nextForgetting = Instant.MIN;

    /// @param ready whether database and Kafka answer; while they do not, nobody counts as quiet
    public Reaper(
            Database database,
            RunDecisions decisions,
            Announcer announcer,
            Heartbeats heartbeats,
            Listening listening,
            BooleanSupplier ready,
            Metrics metrics,
            InstantSource clock,
            Duration lostAfter) {
        this.database = database;
        this.decisions = decisions;
        this.announcer = announcer;
        this.heartbeats = heartbeats;
        this.listening = listening;
        this.ready = ready;
        this.reaped = metrics.counter("agent_stream_orchestrator_reaped");
        this.clock = clock;
        this.lostAfter = lostAfter;
    }

    @Override
    public String role() {
        return "orchestrator-reaper";
    }

    @Override
    public void work() throws InterruptedException {
        if (wake.tryAcquire(PERIOD_MS, TimeUnit.MILLISECONDS)) {
            return;
        }
        pass();
    }

    /// One pass without the waiting.
    void pass() throws InterruptedException {
        if (!ready.getAsBoolean()) {
            listening.interrupted();
            return;
        }
        Instant now = clock.instant();
        try {
            heartbeats.flush(database, now);
            say();
            if (!now.isBefore(nextLook)) {
                nextLook = now.plus(period());
                reap(now);
            }
            if (!now.isBefore(nextForgetting)) {
                nextForgetting = now.plus(REFUSALS_KEPT);
                database.inTransaction(c -> RefusedCalls.forget(c, now.minus(REFUSALS_KEPT)));
            }
        } catch (DatabaseException | NotNowException away) {
            listening.interrupted(); // what was not noted cannot have been heard
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("reaping has to wait");
        }
    }

    private void reap(Instant now) throws InterruptedException {
        List<Integer> partitions = listening.heardFor(lostAfter, now.toEpochMilli());
        if (partitions.isEmpty()) {
            return;
        }
        Instant before = now.minus(lostAfter);
        List<UUID> quiet = database.withConnection(c ->
                RunRows.quiet(c, before, Topics.CALL_LIFECYCLE.name(), partitions, MOST_AT_ONCE));
        for (UUID callId : quiet) {
            Decision decision = decisions.quiet(new CallId(callId), before, now);
            if (!decision.isEmpty()) {
                reaped.increment();
                unsaid.add(decision);
            }
            say();
        }
    }

    private void say() throws InterruptedException {
        Decision next;
        while ((next = unsaid.peek()) != null) {
            announcer.announce(next);
            unsaid.remove();
        }
    }

    private Duration period() {
        Duration tenth = lostAfter.dividedBy(10);
        return tenth.compareTo(LONGEST_PERIOD) < 0 ? tenth : LONGEST_PERIOD;
    }

    @Override
    public void wakeUp() {
        wake.release();
    }
}
