package io.agentstream.orchestrator.liveness;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.Errands;
import io.agentstream.orchestrator.jobs.RefusedByKafkaException;
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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the meters that are due, once a second: charges running runs by the minute, and ends calls whose money is used up. All
/// orchestrators do so, and each takes meters that nobody else has; what one took and never read is taken again when its lease is over.
///
/// The meters of one organisation are read one after the other, because they wait for each other's owner; a few organisations' are
/// read at a time, each by a virtual thread with one connection, and whoever has to wait keeps nobody else waiting. The loop is one
/// thread's; what cannot be done now is due the next time too.
public final class MeterReader implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(MeterReader.class);

    private static final long PERIOD_MS = 1_000;

    /// Longer than a pass over one organisation's takes, and than a lock is waited for.
    private static final Duration LEASE = Duration.ofSeconds(30);

    /// Organisations whose meters are read at a time.
    static final int AT_ONCE = 4;

    private static final int PER_ORGANIZATION = 100;
    private static final int IN_ALL = 500;
    private static final Duration CLOSE = Duration.ofSeconds(3);

    private final Database database;
    private final RunDecisions decisions;
    private final Announcer announcer;
    private final BooleanSupplier ready;
    private final Duration grace;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Set<Long> busy = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicReference<@Nullable RuntimeException> fault = new AtomicReference<>();
    private final Errands errands = new Errands("orchestrator-meter", CLOSE);

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

    /// One pass without the waiting: takes what is due and has it read.
    void pass() {
        RuntimeException broken = fault.getAndSet(null);
        if (broken != null) {
            throw broken; // it is the loop's to say
        }
        int room = IN_ALL - waiting.get();
        if (room <= 0) {
            return;
        }
        try {
            database.inTransaction(c -> Meters.take(
                            c, clock.instant(), LEASE, new Meters.Room(PER_ORGANIZATION, room), Set.copyOf(busy)))
                    .forEach(this::dispatch);
        } catch (DatabaseException away) {
            haveToWait(away);
        }
    }

    private void dispatch(long organizationId, List<UUID> calls) {
        busy.add(organizationId);
        waiting.addAndGet(calls.size());
        errands.begin(() -> {
            try {
                places.acquire();
                try {
                    readAll(calls);
                } finally {
                    places.release();
                }
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt(); // somebody else takes them when their lease is over
            } catch (RuntimeException broken) {
                fault.set(broken);
            } finally {
                waiting.addAndGet(-calls.size());
                busy.remove(organizationId);
            }
        });
    }

    private void readAll(List<UUID> calls) throws InterruptedException {
        try {
            for (UUID call : calls) {
                readOne(new CallId(call));
            }
        } catch (DatabaseException | NotNowException away) {
            haveToWait(away);
        }
    }

    /// A meter that cannot be read keeps no other from being read.
    private void readOne(CallId call) throws InterruptedException {
        try {
            read(call);
        } catch (NotNowException | RefusedByKafkaException nothing) {
            throw nothing;
        } catch (RuntimeException failure) {
            if (failure instanceof DatabaseException away && away.isTransient()) {
                throw away;
            }
            log.atError().addKeyValue("call", call).addKeyValue("failure", Causes.ofAny(failure)).log("a meter cannot be read");
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

    private static void haveToWait(RuntimeException away) {
        log.atWarn().addKeyValue("failure", Causes.of(away)).log("reading meters has to wait");
    }

    @Override
    public void wakeUp() {
        wake.release();
    }

    @Override
    public void onClose() throws InterruptedException {
        errands.end();
    }
}
