package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.schemas.Transfer;
import org.jspecify.annotations.Nullable;

/// What is done next where somebody is called and asked before they get a caller. Pure; any thread.
///
/// Each step is one request at most. What it is going to ask for is kept before it is asked, so that whoever goes on with the transfer knows what may
/// have been done: nobody is called twice, and a caller is brought away twice only where the first time had no effect.
final class WarmMachine {

    /// How often somebody is called, or a caller brought away, where the provider has not done it.
    static final int TRIES = 4;

    /// How often a session is asked for of which it has to be known whether it still lasts.
    static final int LOOKS = 10;

    private WarmMachine() {}

    /// How late it is.
    enum Time {
        EARLY,
        /// The other side has had its time.
        LATE,
        /// The agent is about to go on with its caller.
        OVER
    }

    /// What is known.
    ///
    /// @param asks requests of this stage so far
    /// @param running whether the caller still talks with the agent, as far as is known
    /// @param withUs whether the caller was heard of with us after being brought away must have been done
    /// @param known whether the other side's session is
    /// @param heard whether the other side has answered the telephone
    /// @param takes whether it takes the call; null as long as it has not said so
    /// @param missed whether the provider did not know the session either when it was asked before
    record State(Stage stage, int asks, boolean running, boolean withUs, Time time, boolean known, boolean heard, @Nullable Boolean takes, boolean missed) {}

    sealed interface Next {
        /// Calls the other side.
        record Call() implements Next {}

        /// Asks how the other side's session stands.
        record Look() implements Next {}

        /// Brings the caller to the other side.
        record Join() implements Next {}

        /// Asks whether the caller's session lasts, which has left us.
        record Follow() implements Next {}

        /// It is looked at again later.
        record Wait() implements Next {}

        /// That is how it ended.
        ///
        /// @param leg whether the other side's session is still to be looked after, where it is known
        record End(Transfer outcome, boolean leg) implements Next {}

        /// A request had no effect: it is made anew after a pause, if at all.
        record Undone(String why) implements Next {}
    }

    static Next next(State s) {
        return switch (s.stage()) {
            case NEW -> !s.running() || s.time() != Time.EARLY || s.asks() >= TRIES ? failed(false) : new Next.Call();
            case DIALLED -> dialled(s);
            case JOINING -> joining(s);
        };
    }

    private static Next dialled(State s) {
        if (!s.running()) {
            return failed(true);
        }
        if (s.takes() != null) {
            if (!s.takes()) {
                return new Next.End(Transfer.REFUSED, true);
            }
            return s.time() == Time.OVER || s.asks() >= TRIES ? failed(true) : new Next.Join();
        }
        if (s.time() != Time.EARLY) {
            return new Next.End(s.heard() ? Transfer.REFUSED : s.known() ? Transfer.NO_ANSWER : Transfer.FAILED, true);
        }
        return s.known() ? new Next.Look() : new Next.Wait();
    }

    /// The caller may be there already. Whoever is there is not with us any more; so is whoever has hung up. That nobody has heard of an end says
    /// neither.
    private static Next joining(State s) {
        if (s.running()) {
            if (!s.withUs()) {
                return new Next.Wait();
            }
            return s.time() == Time.OVER || s.asks() >= TRIES ? failed(true) : new Next.Join();
        }
        return s.asks() >= TRIES + LOOKS ? new Next.End(Transfer.CONNECTED, true) : new Next.Follow();
    }

    static Next called(Dial dial) {
        return switch (dial) {
            case Dial.Ringing _ -> new Next.Wait();
            case Dial.Refused _ -> failed(false);
            case Dial.Unavailable(Trouble trouble) -> switch (trouble) {
                case RATE_LIMITED, NOT_SENT -> new Next.Undone(trouble.name());
                case SERVER_ERROR, NO_WORD_FROM_BEHIND -> failed(false); // should it ring all the same, whoever answers hears that nobody waits
                case TIMEOUT, IO_ERROR, CLOSED -> new Next.Wait(); // it may ring: then the provider tells us where
            };
        };
    }

    static Next looked(Leg leg, State s) {
        return switch (leg) {
            case Leg.Missing _ when s.missed() -> looked(new Leg.Over(Leg.Why.ENDED, false), s);
            case Leg.Open _, Leg.Unknown _, Leg.Missing _ -> new Next.Wait();
            case Leg.Over(Leg.Why why, boolean answered) when answered || s.heard() -> new Next.End(Transfer.REFUSED, false);
            case Leg.Over(Leg.Why why, boolean _) -> new Next.End(
                    switch (why) {
                        case BUSY -> Transfer.BUSY;
                        case NO_ANSWER, ENDED -> Transfer.NO_ANSWER;
                        case FAILED -> Transfer.FAILED;
                    },
                    false);
        };
    }

    /// @param before requests of this stage without this one
    static Next joined(HandOver answer, int before) {
        return switch (answer) {
            case HandOver.Done _ -> new Next.End(Transfer.CONNECTED, true);
            case HandOver.Refused(SessionCheck.Reason reason, var _) when reason == SessionCheck.Reason.UNKNOWN && before == 0 ->
                new Next.Undone(reason.name()); // as long as it is not said twice
            case HandOver.Refused _ -> failed(true); // the caller has gone, or the provider does not want to
            case HandOver.Unavailable(Trouble trouble) when trouble == Trouble.RATE_LIMITED || trouble == Trouble.NOT_SENT ->
                new Next.Undone(trouble.name());
            case HandOver.Unavailable _ -> new Next.Wait();
        };
    }

    static Next followed(Leg caller, boolean missed) {
        return switch (caller) {
            case Leg.Missing _ when missed -> failed(true);
            case Leg.Open _ -> new Next.End(Transfer.CONNECTED, true);
            case Leg.Over _ -> failed(true);
            case Leg.Unknown _, Leg.Missing _ -> new Next.Wait();
        };
    }

    private static Next failed(boolean leg) {
        return new Next.End(Transfer.FAILED, leg);
    }
}
