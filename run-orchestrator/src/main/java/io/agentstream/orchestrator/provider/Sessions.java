package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;

/// The provider's side of calls. All methods may block, but never past their deadline, which is on the scale of
/// [System#nanoTime]. Any thread.
public interface Sessions {

    Verdicts.Session check(Account account, String session, long deadlineNanos);

    /// How many sessions of the account may be asked to be ended now, as far as the provider's limit goes, at most `most`. Whoever
    /// is told a number has so many requests. May block on the database.
    int turns(Account account, int most);

    /// Asks once. The caller has taken a turn.
    HangUp hangUp(Account account, String session, long deadlineNanos);
}
