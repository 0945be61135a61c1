package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.DueDeliveries;
import io.agentstream.orchestrator.store.DueDeliveries.Due;
import io.agentstream.orchestrator.store.DueDeliveries.Room;
import io.agentstream.orchestrator.store.DueDeliveries.UnderWay;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.outbound.OutboundHttp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what is due, beside the couriers of the other orchestrators: at once where it is told of it, within half a second where
/// somebody else decided and died. No more than a few of one webhook and of one organisation are under way, so that a receiver that
/// takes its time keeps nobody waiting but its own.
///
/// The loop is one thread's; attempts have a platform thread each, because looking a name up holds its thread for as long as the
/// resolver takes, and the few carriers of virtual threads belong to calls.
public final class Courier implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Courier.class);

    static final int PER_WEBHOOK = 4;
    static final int PER_ORGANIZATION = 8;

    /// Each has at most a quarter of a mebibyte to send.
    private static final int IN_ALL = 128;

    /// Longer than an attempt takes: connecting, a resolver's two tries at two servers, sending, and the answer.
    private static final Duration LEASE = Duration.ofSeconds(90);

    private static final long PERIOD_MS = 500;
    private static final long CLEAN_EVERY_MS = 60_000;
    private static final int CLEAN_AT_ONCE = 1_000;
    private static final long CLOSE_S = 5;

    /// What arrived is kept for a week, what did not for a month, with what it was to say; of one webhook so many wait at most, looked
    /// after once a minute.
    static final DueDeliveries.Kept KEPT =
            new DueDeliveries.Kept(Duration.ofDays(7), Duration.ofDays(30), Duration.ofMinutes(10), 10_000);

    private final Database database;
    private final Attempts attempts;
    private final Metrics metrics;
    private final CountDownLatch databaseOpen;
    private final Bell wake = new Bell();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("orchestrator-webhook-", 0).daemon().factory());
    private final Object lock = new Object();
    private final Map<Long, Integer> ofWebhook = new HashMap<>();
    private final Map<Long, Integer> ofOrganization = new HashMap<>();
    private int underWay;
    private long cleanAtMs;
    private boolean away;

    /// @param database with a connection or two of its own: what is slow here must not keep calls from theirs
    /// @param http stays its giver's to close
    /// @param databaseOpen zero once the schema is up to date
    public Courier(
            Database database,
            CredentialsCipher cipher,
            OutboundHttp http,
            RunShape shape,
            Metrics metrics,
            InstantSource clock,
            CountDownLatch databaseOpen) {
        this.database = database;
        this.attempts = new Attempts(database, cipher, http, shape, clock);
        this.metrics = metrics;
        this.databaseOpen = databaseOpen;
        metrics.gauge("agent_stream_orchestrator_webhooks_under_way", this::underWay);
    }

    @Override
    public String role() {
        return "orchestrator-webhooks";
    }

    /// Something may be due. Any thread.
    @Override
    public void wakeUp() {
        wake.ring();
    }

    @Override
    public void work() throws InterruptedException {
        boolean more = false;
        if (databaseOpen.await(0, TimeUnit.MILLISECONDS)) {
            try {
                more = round();
                away = false;
            } catch (DatabaseException failure) {
                if (!failure.isTransient()) {
                    throw failure;
                }
                if (!away) {
                    away = true;
                    log.atWarn().addKeyValue("failure", Causes.of(failure)).log("webhooks wait for the database");
                }
            }
        }
        if (!more) {
            wake.await(PERIOD_MS);
        }
    }

    /// Whether there may be more at this moment.
    private boolean round() {
        int room;
        UnderWay busy;
        synchronized (lock) {
            room = IN_ALL - underWay;
            busy = new UnderWay(Map.copyOf(ofWebhook), Map.copyOf(ofOrganization));
        }
        List<Due> taken = room == 0
                ? List.of()
                : database.inTransaction(connection ->
                        DueDeliveries.take(connection, new Room(PER_WEBHOOK, PER_ORGANIZATION, room), busy, LEASE));
        taken.forEach(this::dispatch);
        long nowMs = System.nanoTime() / 1_000_000;
        if (nowMs - cleanAtMs >= 0) { // also where there is always something to send
            boolean all = database.inTransaction(connection -> DueDeliveries.clean(connection, KEPT, CLEAN_AT_ONCE)) < CLEAN_AT_ONCE;
            cleanAtMs = nowMs + (all ? CLEAN_EVERY_MS : PERIOD_MS);
        }
        return !taken.isEmpty();
    }

    /// Nothing that one delivery does ends the loop: others wait behind it.
    private void dispatch(Due due) {
        count(due, 1);
        try {
            threads.execute(() -> attempt(due));
        } catch (RejectedExecutionException | OutOfMemoryError noThread) { // closing, or none to be had
            count(due, -1);
            lost(due, noThread);
        }
    }

    private void attempt(Due due) {
            try {
                Attempts.Outcome outcome = attempts.deliver(due);
                metrics.counter(
                                "agent_stream_orchestrator_webhook_attempts",
                                "outcome", outcome.name().toLowerCase(Locale.ROOT))
                        .increment();
            } catch (RuntimeException | Error failure) {
                lost(due, failure);
            } finally {
                count(due, -1);
                wakeUp();
            }
    }

    /// The lease runs out, and it is tried again.
    private static void lost(Due due, Throwable failure) {
        log.atWarn()
                .addKeyValue("delivery", due.delivery().id())
                .addKeyValue("failure", Causes.ofAny(failure))
                .log("what became of a delivery could not be written down");
    }

    private void count(Due due, int change) {
        synchronized (lock) {
            underWay += change;
            add(ofWebhook, due.delivery().webhookId(), change);
            add(ofOrganization, due.organizationId(), change);
        }
    }

    private static void add(Map<Long, Integer> counts, long key, int change) {
        counts.merge(key, change, (old, more) -> old + more == 0 ? null : old + more);
    }

    private int underWay() {
        synchronized (lock) {
            return underWay;
        }
    }

    /// Attempts under way have a moment to end; what was taken and is not done is taken again when its lease is over.
    @Override
    public void onClose() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
            threads.shutdownNow();
        }
    }
}
