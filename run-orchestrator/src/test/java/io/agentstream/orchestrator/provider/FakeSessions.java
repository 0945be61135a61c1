package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A provider that confirms everything, except that sessions whose names begin with `slow` wait for [#release], that hang-ups are
/// answered from a list first, and that those of sessions whose names begin with `poison` fail as nothing should.
public final class FakeSessions implements Sessions {

    public final CountDownLatch release = new CountDownLatch(1);
    public final List<String> checked = new CopyOnWriteArrayList<>();
    public final List<String> hungUp = new CopyOnWriteArrayList<>();

    /// With which accounts.
    public final List<Account> hungUpWith = new CopyOnWriteArrayList<>();

    public final List<Integer> turnsAsked = new CopyOnWriteArrayList<>();
    public final AtomicInteger late = new AtomicInteger();

    /// Whether an account has any turn that is free.
    public volatile boolean free = true;

    /// Whether there is one now and then only.
    public volatile boolean oneAtATime;

    public final AtomicInteger inLine = new AtomicInteger();

    /// For how long a process stands still once it has its turns.
    public volatile Duration frozenFor = Duration.ZERO;

    public final Queue<HangUp> answers = new ConcurrentLinkedQueue<>();

    @Override
    public SessionAnswer check(Account account, String session, long deadlineNanos) {
        checked.add(session);
        if (session.startsWith("slow")) {
            try {
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        return session.equals("dead")
                ? new SessionAnswer(Verdicts.Session.NOT_CONFIRMED, 404, 1)
                : new SessionAnswer(Verdicts.Session.LIVE, 200, 1);
    }

    /// Called by whoever is going to take a turn, as for a row of the database that is locked.
    public volatile Runnable beforeTurns = () -> {};

    @Override
    public Turns turns(Account account, int most) {
        beforeTurns.run();
        turnsAsked.add(most);
        if (oneAtATime) {
            return turnsAsked.size() % 2 == 0 ? Turns.NONE : Turns.now(1, Instant.EPOCH);
        }
        return free ? new Turns(most, Instant.EPOCH, System.nanoTime() - frozenFor.toNanos()) : Turns.NONE;
    }

    @Override
    public Turns turnInLine(Account account, Duration patience) {
        inLine.incrementAndGet();
        return Turns.now(1, null);
    }

    @Override
    public void late(Account account, Turns turns) {
        late.incrementAndGet();
    }

    /// Whom sessions were given to, and how often that was asked for.
    public final List<String> handedOver = new CopyOnWriteArrayList<>();

    public final Queue<HandOver> handOvers = new ConcurrentLinkedQueue<>();

    @Override
    public HandOver handOver(Account account, String session, String to, int ringMs, long deadlineNanos) {
        handedOver.add(session + " " + to + " " + ringMs);
        die();
        HandOver answer = handOvers.poll();
        return answer == null ? new HandOver.Done(200) : answer;
    }

    /// Who was called, and with what; who was brought where; and how sessions stand.
    public final List<Briefing> called = new CopyOnWriteArrayList<>();

    public final List<String> joined = new CopyOnWriteArrayList<>();
    public final Map<String, Leg> legs = new ConcurrentHashMap<>();

    /// In which domains it was looked how sessions stand.
    public final List<String> lookedAtIn = new CopyOnWriteArrayList<>();

    public final Queue<Dial> dials = new ConcurrentLinkedQueue<>();
    public final Queue<HandOver> joins = new ConcurrentLinkedQueue<>();

    /// Whether a process dies before it can note what it was answered when somebody is called, or brought away, or given to somebody.
    public volatile boolean dies;

    @Override
    public Dial dial(Account account, Briefing briefing, long deadlineNanos) {
        called.add(briefing);
        die();
        Dial answer = dials.poll();
        return answer == null ? new Dial.Ringing("leg-of-" + briefing.room()) : answer;
    }

    @Override
    public Leg look(Account account, String session, long deadlineNanos) {
        if (System.nanoTime() - deadlineNanos >= 0) {
            return new Leg.Unknown(); // there was no time left to ask
        }
        lookedAtIn.add(account.domain());
        return legs.getOrDefault(session, new Leg.Open(false));
    }

    @Override
    public HandOver join(Account account, String session, String room, long deadlineNanos) {
        joined.add(session + " " + room);
        die();
        HandOver answer = joins.poll();
        return answer == null ? new HandOver.Done(200) : answer;
    }

    private void die() {
        if (dies) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Override
    public HangUp hangUp(Account account, String session, long deadlineNanos) {
        hungUpWith.add(account);
        hungUp.add(session);
        if (session.startsWith("poison")) {
            throw new IllegalStateException("on purpose");
        }
        if (session.startsWith("slow")) {
            try {
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        HangUp answer = answers.poll();
        return answer == null ? new HangUp.Done(204) : answer;
    }
}
