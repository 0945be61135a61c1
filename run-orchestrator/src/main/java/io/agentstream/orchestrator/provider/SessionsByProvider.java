package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import java.time.Duration;
import java.util.Map;

/// Each account's own provider, by the name that the account, the run and the URL have for it. Any thread.
public final class SessionsByProvider implements Sessions {

    private final Map<String, Sessions> providers;

    public SessionsByProvider(Map<String, Sessions> providers) {
        this.providers = Map.copyOf(providers);
    }

    /// An account of a provider that is not here cannot be asked for.
    @Override
    public SessionAnswer check(Account account, String session, long deadlineNanos) {
        Sessions provider = providers.get(account.provider());
        return provider == null ? SessionAnswer.NOT_ASKED : provider.check(account, session, deadlineNanos);
    }

    @Override
    public Turns turns(Account account, int most) {
        Sessions provider = providers.get(account.provider());
        return provider == null ? Turns.now(most, null) : provider.turns(account, most);
    }

    @Override
    public Turns turnInLine(Account account, Duration patience) {
        Sessions provider = providers.get(account.provider());
        return provider == null ? Turns.now(1, null) : provider.turnInLine(account, patience);
    }

    @Override
    public void late(Account account, Turns turns) {
        Sessions provider = providers.get(account.provider());
        if (provider != null) {
            provider.late(account, turns);
        }
    }

    @Override
    public HangUp hangUp(Account account, String session, long deadlineNanos) {
        Sessions provider = providers.get(account.provider());
        return provider == null
                ? new HangUp.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null)
                : provider.hangUp(account, session, deadlineNanos);
    }

    @Override
    public HandOver handOver(Account account, String session, String to, int ringMs, long deadlineNanos) {
        Sessions provider = providers.get(account.provider());
        return provider == null
                ? new HandOver.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null)
                : provider.handOver(account, session, to, ringMs, deadlineNanos);
    }

    @Override
    public Dial dial(Account account, Briefing briefing, long deadlineNanos) {
        Sessions provider = providers.get(account.provider());
        return provider == null
                ? new Dial.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null)
                : provider.dial(account, briefing, deadlineNanos);
    }

    @Override
    public Leg look(Account account, String session, long deadlineNanos) {
        Sessions provider = providers.get(account.provider());
        return provider == null ? new Leg.Unknown() : provider.look(account, session, deadlineNanos);
    }

    @Override
    public HandOver join(Account account, String session, String room, long deadlineNanos) {
        Sessions provider = providers.get(account.provider());
        return provider == null
                ? new HandOver.Refused(SessionCheck.Reason.UNKNOWN_PROVIDER, null)
                : provider.join(account, session, room, deadlineNanos);
    }
}
