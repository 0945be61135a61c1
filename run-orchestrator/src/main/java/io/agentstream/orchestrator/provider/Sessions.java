package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import java.time.Duration;

/// The provider's side of calls. All methods may block, but never past their deadline, which is on the scale of
/// [System#nanoTime]. Any thread.
public interface Sessions {

    SessionAnswer check(Account account, String session, long deadlineNanos);

    /// How many sessions of the account may be asked to be ended now, as far as the provider's limit goes, at most `most`. Whoever
    /// is told a number has so many requests. May block on the database.
    Turns turns(Account account, int most);

    /// A turn for one session behind all those who wait for theirs, for whom there is never one that is free; none where it would come
    /// only after `patience`. May block on the database.
    Turns turnInLine(Account account, Duration patience);

    /// The answer to a request that had one of these turns took long. May block on the database.
    void late(Account account, Turns turns);

    /// Asks once. The caller has taken a turn.
    HangUp hangUp(Account account, String session, long deadlineNanos);

    /// Gives a session to somebody else, asking once: it rings there, and whoever called is not with us any more. The caller has taken a
    /// turn.
    ///
    /// @param to a number, or an address with an @
    /// @param ringMs how long it may ring there
    default HandOver handOver(Account account, String session, String to, int ringMs, long deadlineNanos) {
        return new HandOver.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null);
    }

    /// Calls somebody, tells them what it is about, and asks whether they take the call, asking the provider once: see [Briefing]. Whoever presses
    /// nothing, or 2, is hung up on by the provider itself; whoever takes it waits in the room. The caller has taken a turn.
    default Dial dial(Account account, Briefing briefing, long deadlineNanos) {
        return new Dial.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null);
    }

    /// How a session stands, asking once. The caller has taken a turn.
    default Leg look(Account account, String session, long deadlineNanos) {
        return new Leg.Unknown();
    }

    /// Brings a session into a room, asking once: whoever called is not with us any more, and the session ends when the room does. The caller has
    /// taken a turn.
    default HandOver join(Account account, String session, String room, long deadlineNanos) {
        return new HandOver.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null);
    }
}
