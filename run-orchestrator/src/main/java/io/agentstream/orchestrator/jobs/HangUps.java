package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has providers end calls, as the outbox orders it: of each account no more than its provider allows, over all orchestrators; each
/// until the provider confirms it, a number of times at most, and then it is given up and stays in the outbox for people to see. One
/// that dies in the middle of it is found again when its lease is over. Only the loop; the requests
/// themselves are on virtual threads.
public final class HangUps implements DutyCycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HangUps.class);

    /// With pauses that double from a second to five minutes that is half an hour.
    private static final int TRIES = 12;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final Duration TRY = Duration.ofSeconds(10);

    /// Longer than a try takes.
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final int ACCOUNTS_AT_ONCE = 200;
    private static final int REQUESTS_AT_ONCE = 64;
    private static final long PERIOD_MS = 250;
    private static final long CLOSE_S = 5;

    private final Database database;
    private final Sessions sessions;
    private final Unsaid unsaid;
    private final Counter done;
    private final Counter givenUp;
    private final Counter again;
    private final long firstBackoffMs;
    private final InstantSource clock = InstantSource.system();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("orchestrator-hang-up").factory());
    private final Semaphore free = new Semaphore(REQUESTS_AT_ONCE);
    private final Bell bell;
    private final Announcer announcer;

    /// What it works with.
    ///
    /// @param bell rung when there is something to do
    /// @param announcer says how it went
    public record Hands(Database database, Sessions sessions, Bell bell, Announcer announcer, Metrics metrics) {}

    /// @param firstBackoff pause before the second try; doubled for each further one
    public HangUps(Hands hands, Duration firstBackoff) {
        Metrics metrics = hands.metrics();
        this.database = hands.database();
        this.sessions = hands.sessions();
        this.bell = hands.bell();
        this.announcer = hands.announcer();
        this.unsaid = new Unsaid(database);
        this.done = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "done");
        this.givenUp = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "given_up");
        this.again = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "again");
        this.firstBackoffMs = firstBackoff.toMillis();
    }

    @Override
    public String role() {
        return "orchestrator-hang-ups";
    }

    @Override
    public void work() throws InterruptedException {
        bell.await(PERIOD_MS);
        try {
            pass();
        } catch (DatabaseException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("hang-ups have to wait");
            bell.await(PERIOD_MS);
        }
    }

    /// Begins whatever is due and allowed.
    public void pass() {
        for (long id : database.withConnection(c -> Outbox.accountsDue(c, ACCOUNTS_AT_ONCE))) {
            Optional<Account> account = database.withConnection(c -> TelephonyConfigurations.findAccount(c, id));
            boolean usable = account.isPresent() && account.get().bearerToken() != null;
            int turns = usable ? sessions.turns(account.get(), free.availablePermits()) : REQUESTS_AT_ONCE;
            if (turns == 0) {
                continue;
            }
            List<Outbox.HangUp> orders = database.withConnection(c -> Outbox.takeHangUps(c, id, turns, LEASE));
            for (Outbox.HangUp order : orders) {
                if (usable) {
                    begin(account.get(), order);
                } else {
                    giveUp(order, null, "no token");
                }
            }
        }
    }

    private void begin(Account account, Outbox.HangUp order) {
        free.acquireUninterruptibly(); // there are as many turns as there were permits, at most
        threads.execute(() -> {
            try {
                hangUp(account, order);
            } catch (DatabaseException away) { // the lease ends, and it is tried again: to hang up twice is harmless
                log.atWarn().addKeyValue("run", order.runName()).addKeyValue("failure", Causes.of(away)).log("a hang-up is not noted");
            } finally {
                free.release();
            }
        });
    }

    private void hangUp(Account account, Outbox.HangUp order) {
        if (order.live()) { // the call goes on at another socket
            database.withConnection(c -> Outbox.delete(c, List.of(order.id())));
            return;
        }
        switch (sessions.hangUp(account, order.session(), System.nanoTime() + TRY.toNanos())) {
            case HangUp.Done(int status) -> {
                Decision decision = unsaid.hangUpDone(order, true, status, "", clock.instant());
                done.increment();
                say(decision);
            }
            case HangUp.Refused(var reason, Integer status) -> giveUp(order, status, reason.name());
            case HangUp.Unavailable(var trouble) -> {
                if (order.tries() >= TRIES) {
                    giveUp(order, null, trouble.name());
                } else {
                    again.increment();
                    database.withConnection(c -> {
                        Outbox.putOff(c, order.id(), pause(order.tries()), trouble.name());
                        return true;
                    });
                }
            }
        }
    }

    private Duration pause(int tries) {
        long ms = firstBackoffMs << Math.min(tries - 1, TRIES);
        return Duration.ofMillis(Math.min(ms, LONGEST_PAUSE.toMillis()));
    }

    private void giveUp(Outbox.HangUp order, @Nullable Integer status, String why) {
        Decision decision = unsaid.hangUpDone(order, false, status, why, clock.instant());
        givenUp.increment();
        log.atWarn()
                .addKeyValue("run", order.runName())
                .addKeyValue("call", order.callId())
                .addKeyValue("order", order.id())
                .addKeyValue("reason", why)
                .log("the provider was not made to end the call");
        say(decision);
    }

    /// What cannot be said now stands in the outbox.
    private void say(Decision decision) {
        try {
            announcer.announce(decision);
        } catch (NotNowException | UndeliverableException | RefusedByKafkaException notNow) {
            log.atWarn().addKeyValue("call", decision.callId()).addKeyValue("failure", Causes.of(notNow)).log("a hang-up is not said yet");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void wakeUp() {
        bell.ring();
    }

    @Override
    public void onClose() throws InterruptedException {
        close();
    }

    /// Lets requests under way finish for a moment; what is not confirmed by then is left to somebody else.
    @Override
    public void close() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
            threads.shutdownNow();
        }
    }
}
