package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries an order to hang up out, once: asks the provider, and notes and says what came of it. [#REQUESTS_AT_ONCE] at a time; any thread
/// that may wait.
final class HangUpTries {

    private static final Logger log = LoggerFactory.getLogger(HangUpTries.class);

    static final Duration TRY = Duration.ofSeconds(10);

    /// With pauses that double from a second to five minutes that is half an hour.
    private static final int TRIES = 12;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private static final int REQUESTS_AT_ONCE = 64;

    private final Database database;
    private final Sessions sessions;
    private final Announcer announcer;
    private final Unsaid unsaid;
    private final InstantSource clock;
    private final long firstBackoffMs;
    private final Counter done;
    private final Counter givenUp;
    private final Counter again;
    private final Semaphore free = new Semaphore(REQUESTS_AT_ONCE, true);

    /// @param firstBackoff pause before the second try; doubled for each further one
    HangUpTries(HangUps.Hands hands, Duration firstBackoff) {
        this.database = hands.database();
        this.sessions = hands.sessions();
        this.announcer = hands.announcer();
        this.unsaid = new Unsaid(hands.database());
        this.clock = hands.clock();
        this.firstBackoffMs = firstBackoff.toMillis();
        Metrics metrics = hands.metrics();
        this.done = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "done");
        this.givenUp = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "given_up");
        this.again = metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", "again");
    }

    /// How many more may ask a provider now.
    int room() {
        return free.availablePermits();
    }

    /// What was decided of it; nothing where it is to be tried again, or is nobody's any more.
    Optional<Decision> carryOut(Account account, Outbox.HangUp order, Turns turn) throws InterruptedException {
        if (order.live()) { // the call goes on at another socket
            database.withConnection(c -> Outbox.delete(c, List.of(order.id())));
            return Optional.empty();
        }
        if (account.bearerToken() == null) {
            return Optional.of(givenUp(order, null, "no token"));
        }
        Optional<HangUp> answer = ask(account, order, turn);
        if (answer.isEmpty()) {
            database.withConnection(c -> {
                Outbox.putBack(c, order.id());
                return true;
            });
            return Optional.empty();
        }
        return switch (answer.get()) {
            case HangUp.Done(int status) -> {
                Decision decision = unsaid.hangUpDone(order, true, status, "", clock.instant());
                done.increment();
                yield Optional.of(decision);
            }
            case HangUp.Refused(var reason, Integer status) -> Optional.of(givenUp(order, status, reason.name()));
            case HangUp.NotNow(int status) -> later(order, status, SessionCheck.Reason.UNEXPECTED_STATUS.name());
            case HangUp.Unavailable(var trouble) -> later(order, null, trouble.name());
        };
    }

    private Optional<Decision> later(Outbox.HangUp order, @Nullable Integer status, String trouble) {
        if (order.tries() >= TRIES) {
            return Optional.of(givenUp(order, status, trouble));
        }
        again.increment();
        database.withConnection(c -> {
            Outbox.putOff(c, order.id(), pause(order.tries()), trouble);
            return true;
        });
        return Optional.empty();
    }

    private Optional<HangUp> ask(Account account, Outbox.HangUp order, Turns turn) throws InterruptedException {
        free.acquire();
        try {
            return InTurn.ask(sessions, account, turn, () -> sessions.hangUp(account, order.session(), System.nanoTime() + TRY.toNanos()));
        } finally {
            free.release();
        }
    }

    private Duration pause(int tries) {
        long ms = firstBackoffMs << Math.min(tries - 1, TRIES);
        return Duration.ofMillis(Math.min(ms, LONGEST_PAUSE.toMillis()));
    }

    private Decision givenUp(Outbox.HangUp order, @Nullable Integer status, String why) {
        Decision decision = unsaid.hangUpDone(order, false, status, why, clock.instant());
        givenUp.increment();
        log.atWarn()
                .addKeyValue("run", order.runName())
                .addKeyValue("call", order.callId())
                .addKeyValue("order", order.id())
                .addKeyValue("reason", why)
                .log("the provider was not made to end the call");
        return decision;
    }

    void say(Decision decision) {
        announcer.announceOrLeave(decision, "a hang-up");
    }

    /// What nobody expected is tried as often as what everybody does.
    void broken(Outbox.HangUp order, RuntimeException fault) {
        log.atError()
                .addKeyValue("run", order.runName())
                .addKeyValue("order", order.id())
                .addKeyValue("failure", Causes.ofAny(fault))
                .log("a hang-up is broken");
        if (order.tries() >= TRIES) {
            database.withConnection(c -> Outbox.bury(c, Map.of(order.id(), "broken")));
        }
    }
}
