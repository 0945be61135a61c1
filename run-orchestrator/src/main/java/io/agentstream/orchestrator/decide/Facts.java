package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Jsonb;
import io.agentstream.orchestrator.store.RunningRuns;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.DomainName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what verdicts are made by. Only the thread that has the connection.
public final class Facts {

    /// A domain as the verdict sees it, and the account behind it where there is one.
    public record DomainFacts(Verdicts.Domain verdict, Optional<Account> account) {}

    private Facts() {}

    static Verdicts.Admission admission(
            Connection connection, Agents.Callable agent, String provider, @Nullable String domain) throws SQLException {
        boolean quotaLeft = Charges.enough(agent.ownerFree());
        boolean roomLeft = agent.runningCalls() < agent.maxConcurrentCalls();
        return new Verdicts.Admission(
                null, true, agent.suspended(), quotaLeft, roomLeft,
                domain(connection, agent.organizationId(), provider, domain).verdict());
    }

    /// Whether one more call may run, which stays so until the transaction ends: the organisation's row is locked.
    /// @param session whose place passes on to the call that takes it over, also where the limit is smaller by now than what runs
    static Room roomUnderLock(Connection connection, long organizationId, Optional<RunningRuns.Session> session)
            throws SQLException {
        int limit = RunningRuns.lockLimit(connection, organizationId);
        RunningRuns.Running running = RunningRuns.countRunning(connection, organizationId, session);
        return new Room(running.all() - running.ofSession() < limit, running.ofSession() > 0);
    }

    /// @param left whether one more call may run
    /// @param taken whether the session has a running run already
    record Room(boolean left, boolean taken) {
        static final Room NONE = new Room(false, false);
    }

    /// Whether the session that the start message names has a running run at this moment.
    static boolean isRunning(Connection connection, long organizationId, String provider, CallEvent.Started start)
            throws SQLException {
        Optional<Account> account = domain(connection, organizationId, provider, start.domain()).account();
        Optional<String> session = Contexts.session(start);
        return account.isPresent()
                && session.isPresent()
                && RunningRuns.isRunning(
                        connection, organizationId,
                        new RunningRuns.Session(provider, account.get().domain(), Jsonb.harmless(session.get())));
    }

    /// Looks in one organisation only: whether another knows the domain is not this one's to learn.
    static DomainFacts domain(Connection connection, long organizationId, String provider, @Nullable String text)
            throws SQLException {
        if (text == null || DomainName.normalise(text).isEmpty()) {
            return new DomainFacts(new Verdicts.Domain.NotGiven(), Optional.empty());
        }
        Optional<DomainName> name = DomainName.parse(text);
        Optional<Account> account = name.isEmpty()
                ? Optional.empty()
                : TelephonyConfigurations.findForCall(connection, organizationId, provider, name.get());
        if (account.isEmpty()) {
            return new DomainFacts(new Verdicts.Domain.Unknown(DomainName.normalise(text)), account);
        }
        return new DomainFacts(
                account.get().bearerToken() == null ? new Verdicts.Domain.WithoutToken() : new Verdicts.Domain.Usable(),
                account);
    }
}
