package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/// A provider that confirms everything, except that sessions whose names begin with `slow` wait for [#release], and that hang-ups are answered
/// from a list first.
public final class FakeSessions implements Sessions {

    public final CountDownLatch release = new CountDownLatch(1);
    public final List<String> checked = new CopyOnWriteArrayList<>();
    public final List<String> hungUp = new CopyOnWriteArrayList<>();
    public final Queue<HangUp> answers = new ConcurrentLinkedQueue<>();

    @Override
    public Verdicts.Session check(Account account, String session, long deadlineNanos) {
        checked.add(session);
        if (session.startsWith("slow")) {
            try {
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        return session.equals("dead") ? Verdicts.Session.NOT_CONFIRMED : Verdicts.Session.LIVE;
    }

    @Override
    public int turns(Account account, int most) {
        return most;
    }

    @Override
    public HangUp hangUp(Account account, String session, long deadlineNanos) {
        hungUp.add(session);
        HangUp answer = answers.poll();
        return answer == null ? new HangUp.Done(204) : answer;
    }
}
