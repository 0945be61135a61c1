package io.agentstream.orchestrator.provider;

import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;

/// The provider's side of calls. Both methods block, but never past their deadline, which is on the scale of
/// [System#nanoTime]. Any thread.
public interface Sessions {

    Verdicts.Session check(Account account, String session, long deadlineNanos);

    HangUp hangUp(Account account, String session, long deadlineNanos);
}
