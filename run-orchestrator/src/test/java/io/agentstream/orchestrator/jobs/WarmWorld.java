package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.provider.Briefing;
import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A caller who talks with an agent, somebody who is called and takes every call, and a provider that does with their sessions what it is asked
/// to. A process that asks it can be made to die at any request: before it is made, or once it is done. Any thread.
final class WarmWorld implements Sessions {

    /// Where a session is.
    enum Place {
        /// It rings, or listens to the question.
        CALLED,
        WITH_US,
        ROOM,
        OVER
    }

    /// A request at which a process dies.
    ///
    /// @param number the first is 1
    record Death(int number, boolean before) {}

    private final String caller;
    private final @Nullable Death death;
    private final Map<String, Place> places = new HashMap<>();
    /// How often the provider still says of a session that has ended by itself that it lasts.
    private int late;
    private int requests;
    private boolean dead;
    int dials;
    int joins;
    @Nullable Briefing briefing;
    @Nullable String called;

    WarmWorld(String caller, @Nullable Death death) {
        this.caller = caller;
        this.death = death;
        places.put(caller, Place.WITH_US);
    }

    synchronized @Nullable Place place(@Nullable String session) {
        return places.get(session);
    }

    synchronized Place caller() {
        return places.get(caller);
    }

    synchronized int requests() {
        return requests;
    }

    synchronized boolean isDead() {
        return dead;
    }

    synchronized void die() {
        dead = true;
    }

    /// Another process is there.
    synchronized void restart() {
        dead = false;
    }

    /// Somebody presses 1, and is told where to wait; nobody waits where there is no room.
    synchronized void presses(boolean room) {
        places.put(called, room ? Place.ROOM : Place.OVER);
    }

    /// The caller hangs up, which the provider does not show at once.
    synchronized void hangsUp() {
        over(caller);
        late = 2;
    }

    /// Whoever leaves the room ends it.
    private void over(String session) {
        if (places.get(session) == Place.ROOM) {
            places.replaceAll((_, place) -> place == Place.ROOM ? Place.OVER : place);
        }
        places.put(session, Place.OVER);
    }

    private void request() {
        requests++;
        dieAt(true);
    }

    private <T> T answer(T answer) {
        dieAt(false);
        return answer;
    }

    private void dieAt(boolean before) {
        dead |= new Death(requests, before).equals(death);
        if (dead) {
            throw new IllegalStateException("dead");
        }
    }

    @Override
    public synchronized Dial dial(Account account, Briefing wanted, long deadlineNanos) {
        request();
        dials++;
        briefing = wanted;
        String session = "leg-" + dials + "-of-" + wanted.room();
        called = session;
        places.put(session, Place.CALLED);
        return answer(new Dial.Ringing(session));
    }

    @Override
    public synchronized Leg look(Account account, String session, long deadlineNanos) {
        request();
        Place place = places.get(session);
        boolean over = place == Place.OVER && !(session.equals(caller) && late-- > 0);
        return answer(over ? new Leg.Over(Leg.Why.ENDED, true) : new Leg.Open(true));
    }

    @Override
    public synchronized HandOver join(Account account, String session, String room, long deadlineNanos) {
        request();
        if (places.get(session) == Place.OVER) {
            return answer(new HandOver.Refused(SessionCheck.Reason.UNKNOWN, 404));
        }
        joins++;
        places.put(session, Place.ROOM);
        return answer(new HandOver.Done(200));
    }

    @Override
    public synchronized HangUp hangUp(Account account, String session, long deadlineNanos) {
        request();
        over(session);
        return answer(new HangUp.Done(204));
    }

    @Override
    public SessionAnswer check(Account account, String session, long deadlineNanos) {
        return new SessionAnswer(Verdicts.Session.LIVE, 200, 1);
    }

    @Override
    public Turns turns(Account account, int most) {
        return Turns.now(most, Instant.EPOCH);
    }

    @Override
    public Turns turnInLine(Account account, Duration patience) {
        return Turns.now(1, null);
    }

    @Override
    public void late(Account account, Turns turns) {}
}
