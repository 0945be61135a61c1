package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SignsOfLife;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.DisconnectedBy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Finds out whether a caller was brought away whose socket has ended while the provider was being asked for that, or was going to be, before it
/// is said how the call ended: whoever was to ask may have died without having done so, and then the caller has simply hung up. Any thread that may
/// wait.
public final class TransferDoubts {

    /// Until it is asked for the session: it ends a little after the socket of whoever hangs up, and the provider's answer comes a little after it.
    private static final Duration LEAVE = Duration.ofSeconds(3);

    /// Until it is asked again, where the provider did not know the session, or did not say.
    private static final Duration AGAIN = Duration.ofMillis(1_500);

    /// Then it stays unknown, and the caller counts as brought away: whoever is with somebody else must not be cut off.
    private static final Duration PATIENCE = Duration.ofSeconds(9);

    /// Until somebody who finds the transfer undone could ask for it: its call is over by then.
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /// How often it is noted that the calls were heard of: their sockets have ended, and they are not lost.
    private static final Duration NOTED = Duration.ofSeconds(1);

    private final Database database;
    private final Sessions sessions;
    private final OpenDoubts doubts;
    private long noteNs = System.nanoTime(); // whoever asks for all notes it for all

    public TransferDoubts(Database database, Sessions sessions) {
        this.database = database;
        this.sessions = sessions;
        this.doubts = new OpenDoubts(this::ask);
    }

    /// Waits until it is known, for some seconds at most. A session that is over was not brought away, or is over there too. Where we have ended the
    /// socket the session lasts either way: then only the answer to the request is waited for. Meanwhile nobody else takes the call for lost, unless
    /// this process dies.
    ///
    /// @throws NotNowException where this process is stopping
    public void settle(CallEvent.Ended ended) {
        UUID call = ended.callId().value();
        doubts.begin(call);
        try {
            settle(ended, call);
        } finally {
            doubts.end(call);
        }
    }

    private Map<UUID, Transfers.Doubt> ask(Set<UUID> calls) {
        Map<UUID, Transfers.Doubt> open = database.withConnection(c -> Transfers.inDoubt(c, calls));
        if (!open.isEmpty() && System.nanoTime() - noteNs >= 0) {
            database.withConnection(c -> SignsOfLife.heard(c, open.keySet()));
            noteNs = System.nanoTime() + NOTED.toNanos();
        }
        return open;
    }

    private void settle(CallEvent.Ended ended, UUID call) {
        boolean byUs = ended.end() != null && DisconnectedBy.of(ended.end()) != DisconnectedBy.CALLER;
        long beganNs = System.nanoTime();
        long askNs = beganNs + LEAVE.toNanos();
        boolean missed = false;
        while (System.nanoTime() - beganNs < PATIENCE.toNanos()) {
            Optional<Transfers.Doubt> doubt = doubts.of(call);
            if (doubt.isEmpty()) {
                return;
            }
            if (!byUs && System.nanoTime() - askNs >= 0) {
                Leg session = look(doubt.get());
                boolean over = session instanceof Leg.Over || (session instanceof Leg.Missing && missed);
                if (over) {
                    database.withConnection(c -> {
                        Transfers.notDone(c, doubt.get().id(), PAUSE);
                        return true;
                    });
                }
                if (over || session instanceof Leg.Open) {
                    return;
                }
                missed = session instanceof Leg.Missing;
                askNs = System.nanoTime() + AGAIN.toNanos();
            }
            pause();
        }
    }

    private Leg look(Transfers.Doubt doubt) {
        Long accountId = doubt.accountId();
        String session = doubt.session();
        Optional<Account> account = accountId == null
                ? Optional.empty()
                : database.withConnection(c -> TelephonyConfigurations.accountOfThen(c, accountId, doubt.domain())).filter(each -> each.bearerToken() != null);
        if (account.isEmpty() || session == null) {
            return new Leg.Unknown();
        }
        long deadlineNs = System.nanoTime() + LEAVE.toNanos();
        return InTurn.asNoted(sessions, database, account.get(), c -> true, () -> sessions.look(account.get(), session, deadlineNs))
                .orElseGet(Leg.Unknown::new);
    }

    private static void pause() {
        try {
            Thread.sleep(OpenDoubts.POLL);
        } catch (InterruptedException stopping) {
            throw NotNowException.stopping(stopping);
        }
    }
}
