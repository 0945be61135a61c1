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
import java.util.function.Supplier;

/// Finds out whether a caller was brought away whose socket has ended while the provider was being asked for that, or was going to be, before it
/// is said how the call ended: whoever was to ask may have died without having done so, and then the caller has simply hung up. Any thread that may
/// wait.
public final class TransferDoubts {

    /// Until it is asked for the session: it ends a little after the socket of whoever hangs up, and the provider's answer comes a little after it.
    private static final Duration LEAVE = Duration.ofSeconds(3);

    /// Until it is asked again, where the provider did not know the session, or did not say.
    private static final Duration AGAIN = Duration.ofMillis(1_500);

    /// Of waiting for something to happen: then it stays unknown, and the caller counts as brought away: whoever is with somebody else must not be
    /// cut off. What the database takes for its answers is none of it, or a row that is locked for long would be an answer by itself.
    private static final Duration PATIENCE = Duration.ofSeconds(9);

    /// Until somebody who finds the transfer undone could ask for it: its call is over by then.
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /// How often it is noted that the calls were heard of: their sockets have ended, and they are not lost.
    private static final Duration NOTED = Duration.ofSeconds(1);

    private final Database database;
    private final Sessions sessions;
    private final OpenDoubts doubts;
    private final Waits waits;
    private long noteNs = System.nanoTime(); // whoever asks for all notes it for all

    /// How long is waited.
    ///
    /// @param leave until the provider is asked, and for its answer
    /// @param again until it is asked again
    /// @param patience in all, with what the provider takes
    record Waits(Duration leave, Duration again, Duration patience) {}

    public TransferDoubts(Database database, Sessions sessions) {
        this(database, sessions, new Waits(LEAVE, AGAIN, PATIENCE));
    }

    TransferDoubts(Database database, Sessions sessions, Waits waits) {
        this.database = database;
        this.sessions = sessions;
        this.waits = waits;
        this.doubts = new OpenDoubts(this::ask);
    }

    /// Waits until it is known, for some seconds at most, and what the database takes beside. A session that is over was not brought away, or is over
    /// there too. Where we have ended the socket the session lasts either way: then only the answer to the request is waited for. Meanwhile nobody
    /// else takes the call for lost, unless this process dies.
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
        Spent spent = new Spent();
        long askNs = System.nanoTime() + waits.leave().toNanos();
        boolean missed = false;
        while (spent.ns < waits.patience().toNanos()) { // each round spends some
            Optional<Transfers.Doubt> doubt = doubts.of(call);
            if (doubt.isEmpty()) {
                return;
            }
            if (!byUs && System.nanoTime() - askNs >= 0) {
                Leg session = look(doubt.get(), spent);
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
                askNs = System.nanoTime() + waits.again().toNanos();
            }
            spent.on(TransferDoubts::pause);
        }
    }

    /// What was waited for something to happen. One thread.
    private static final class Spent {
        private long ns;

        <T> T on(Supplier<T> wait) {
            long beganNs = System.nanoTime();
            try {
                return wait.get();
            } finally {
                ns += System.nanoTime() - beganNs;
            }
        }
    }

    private Leg look(Transfers.Doubt doubt, Spent spent) {
        Long accountId = doubt.accountId();
        String session = doubt.session();
        Optional<Account> account = accountId == null
                ? Optional.empty()
                : database.withConnection(c -> TelephonyConfigurations.accountOfThen(c, accountId, doubt.domain())).filter(each -> each.bearerToken() != null);
        if (account.isEmpty() || session == null) {
            return new Leg.Unknown();
        }
        // From when it is asked on: the turn for it may have been waited for.
        Supplier<Leg> request = () -> sessions.look(account.get(), session, System.nanoTime() + waits.leave().toNanos());
        return InTurn.asNoted(sessions, database, account.get(), c -> true, () -> spent.on(request)).orElseGet(Leg.Unknown::new);
    }

    private static boolean pause() {
        try {
            Thread.sleep(OpenDoubts.POLL);
            return true;
        } catch (InterruptedException stopping) {
            throw NotNowException.stopping(stopping);
        }
    }
}
