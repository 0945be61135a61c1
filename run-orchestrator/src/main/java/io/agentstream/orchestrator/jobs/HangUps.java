package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision.HangUpOrder;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the provider end calls, in the background: a few tries each, then it is given up and counted. Any thread.
public final class HangUps implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HangUps.class);

    private static final int MAX_PENDING = 10_000;
    private static final int TRIES = 5;
    private static final Duration TRY = Duration.ofSeconds(10);
    private static final long CLOSE_S = 5;

    private final Database database;
    private final Sessions sessions;
    private final Counter done;
    private final Counter givenUp;
    private final long firstBackoffMs;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("orchestrator-hang-up").factory());
    private final Semaphore pending = new Semaphore(MAX_PENDING);
    private final CountDownLatch closed = new CountDownLatch(1);

    /// @param firstBackoff pause before the second try; doubled for each further one
    public HangUps(Database database, Sessions sessions, Metrics metrics, Duration firstBackoff) {
        this.database = database;
        this.sessions = sessions;
        this.done = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "done");
        this.givenUp = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "given_up");
        this.firstBackoffMs = firstBackoff.toMillis();
    }

    void order(HangUpOrder order) {
        if (closed.getCount() == 0 || !pending.tryAcquire()) {
            giveUp(order, "too many");
            return;
        }
        threads.execute(() -> {
            try {
                hangUp(order);
            } catch (InterruptedException stopped) {
                giveUp(order, "closing");
            } finally {
                pending.release();
            }
        });
    }

    private void hangUp(HangUpOrder order) throws InterruptedException {
        long backoffMs = firstBackoffMs;
        for (int tries = 1; tries <= TRIES; tries++) {
            Optional<String> trouble = attempt(order);
            if (trouble.isEmpty()) {
                return;
            }
            if (tries == TRIES || closed.await(backoffMs, TimeUnit.MILLISECONDS)) {
                giveUp(order, trouble.get());
                return;
            }
            backoffMs *= 2;
        }
    }

    /// Why another try is worth it; nothing where the order is finished with, one way or the other.
    private Optional<String> attempt(HangUpOrder order) {
        Optional<Account> account;
        try {
            account = database.withConnection(connection ->
                    TelephonyConfigurations.findAccount(connection, order.telephonyConfigurationId()));
        } catch (DatabaseException away) {
            return Optional.of("database");
        }
        if (account.isEmpty()) {
            giveUp(order, "configuration deleted");
            return Optional.empty();
        }
        return switch (sessions.hangUp(account.get(), order.session(), System.nanoTime() + TRY.toNanos())) {
            case HangUp.Done() -> {
                done.increment();
                yield Optional.empty();
            }
            case HangUp.Refused refused -> {
                giveUp(order, refused.reason().name());
                yield Optional.empty();
            }
            case HangUp.Unavailable unavailable -> Optional.of(unavailable.trouble().name());
        };
    }

    private void giveUp(HangUpOrder order, String why) {
        givenUp.increment();
        log.atWarn()
                .addKeyValue("run", order.runName())
                .addKeyValue("call", order.callId())
                .addKeyValue("reason", why)
                .log("the provider was not made to end the call");
    }

    /// Lets requests under way finish for a moment; what waits for another try is given up.
    @Override
    public void close() throws InterruptedException {
        closed.countDown();
        threads.shutdown();
        if (!threads.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
            threads.shutdownNow();
        }
    }
}
