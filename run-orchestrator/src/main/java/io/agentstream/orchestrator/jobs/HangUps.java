package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has providers end calls, as the outbox orders it: of each account no more than its provider allows, over all orchestrators; each
/// until the provider confirms it, a number of times at most, and then it is given up and stays in the outbox for people to see. One
/// that dies in the middle of it is found again when its lease is over. Only the loop; the tries
/// themselves are on virtual threads.
public final class HangUps implements DutyCycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HangUps.class);

    /// Longer than a try takes.
    private static final Duration LEASE = HangUpTries.TRY.plusSeconds(5);

    private static final int ACCOUNTS_AT_ONCE = 200;

    /// Of one account: whose provider takes its time keeps the others' hang-ups from nothing.
    private static final int OF_AN_ACCOUNT = 32;

    /// Some windows of a provider's limit. When an account's hang-ups get none of the turns that become free for so long, its calls take
    /// them all: then one hang-up at a time goes behind those who wait.
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LONGEST_LINE = Duration.ofMinutes(3);

    private static final long PERIOD_MS = 250;
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Database database;
    private final Sessions sessions;
    private final HangUpTries tries;
    private final Errands errands = new Errands("orchestrator-hang-up", CLOSE);
    private final Map<Outbox.Of, Integer> underWay = new ConcurrentHashMap<>();
    private final Set<Outbox.Of> inLine = ConcurrentHashMap.newKeySet();

    /// When an account whose hang-ups are due last got a turn, or was first seen; only the loop.
    private final Map<Outbox.Of, Long> servedNs = new HashMap<>();
    private final Duration patience;
    private final Bell bell;

    /// What it works with.
    ///
    /// @param bell rung when there is something to do
    /// @param announcer says how it went
    public record Hands(
            Database database, Sessions sessions, Bell bell, Announcer announcer, Metrics metrics, InstantSource clock) {}

    /// @param firstBackoff pause before the second try; doubled for each further one
    public HangUps(Hands hands, Duration firstBackoff) {
        this(hands, firstBackoff, PATIENCE);
    }

    HangUps(Hands hands, Duration firstBackoff, Duration patience) {
        this.patience = patience;
        this.database = hands.database();
        this.sessions = hands.sessions();
        this.bell = hands.bell();
        this.tries = new HangUpTries(hands, firstBackoff);
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

    /// Begins whatever is due and allowed. What is wrong with one account is wrong with that one only.
    public void pass() {
        List<Outbox.Due> all = database.withConnection(c -> Outbox.hangUpsDue(c, ACCOUNTS_AT_ONCE));
        servedNs.keySet().retainAll(all.stream().map(Outbox.Due::of).toList());
        for (Outbox.Due due : all) {
            int room = Math.min(tries.room(), OF_AN_ACCOUNT - underWay.getOrDefault(due.of(), 0));
            if (room <= 0) {
                continue;
            }
            try {
                begin(due.of(), Math.min(room, due.orders()));
            } catch (RuntimeException failure) {
                if (failure instanceof DatabaseException away && away.isTransient()) {
                    throw away;
                }
                log.atError()
                        .addKeyValue("configuration", due.of().accountId())
                        .addKeyValue("failure", Causes.ofAny(failure))
                        .log("an account's hang-ups cannot be begun");
            }
        }
    }

    /// Turns are taken for as many as there are, and as they go out: what is taken is missing to calls that begin.
    private void begin(Outbox.Of of, int most) {
        Account account = database.withConnection(c -> TelephonyConfigurations.accountOfThen(c, of.accountId(), of.domain()))
                .orElseThrow();
        Turns turns = account.bearerToken() == null ? Turns.now(most, null) : sessions.turns(account, most);
        long nowNs = System.nanoTime();
        if (turns.count() > 0) {
            servedNs.put(of, nowNs);
            database.withConnection(c -> Outbox.takeHangUps(c, of, turns.count(), LEASE))
                    .forEach(each -> begin(of, account, each, turns, () -> {}));
        } else if (nowNs - servedNs.computeIfAbsent(of, _ -> nowNs) > patience.toNanos() && inLine.add(of)) {
            beginInLine(of, account);
        }
    }

    private void beginInLine(Outbox.Of of, Account account) {
        List<Outbox.HangUp> orders = List.of();
        try {
            Turns turn = sessions.turnInLine(account, LONGEST_LINE);
            if (turn.count() > 0) {
                Duration lease = LEASE.minus(turn.age());
                orders = database.withConnection(c -> Outbox.takeHangUps(c, of, 1, lease));
                orders.forEach(each -> begin(of, account, each, turn, () -> inLine.remove(of)));
            }
        } finally {
            if (orders.isEmpty()) {
                inLine.remove(of);
            }
        }
    }

    private void begin(Outbox.Of of, Account account, Outbox.HangUp due, Turns turn, Runnable afterwards) {
        underWay.merge(of, 1, Integer::sum);
        errands.begin(() -> {
            Optional<Decision> decided = Optional.empty();
            try {
                Thread.sleep(Duration.ofNanos(Math.max(0, turn.age().negated().toNanos())));
                decided = tries.carryOut(account, due, turn);
            } catch (InterruptedException closing) { // the lease ends, and somebody else takes it
                Thread.currentThread().interrupt();
            } catch (DatabaseException away) { // the lease ends, and it is tried again: to hang up twice is harmless
                log.atWarn().addKeyValue("run", due.runName()).addKeyValue("failure", Causes.of(away)).log("a hang-up is not noted");
            } catch (RuntimeException fault) {
                tries.broken(due, fault);
            } finally {
                underWay.computeIfPresent(of, (_, count) -> count == 1 ? null : count - 1);
                afterwards.run();
            }
            decided.ifPresent(tries::say); // no turn and no place is held meanwhile: Kafka may be away
        });
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
        errands.end();
    }
}
