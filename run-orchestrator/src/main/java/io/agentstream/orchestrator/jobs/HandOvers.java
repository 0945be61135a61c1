package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Transfer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has providers give callers to somebody else, as agents want it, within what each account's provider allows; and says how it ended. A transfer
/// whose process dies in the middle of it is found again when its lease is over. Whether the provider has brought the caller away by then is told by
/// what is heard of the call afterwards: its end says that it did, a sign of life that it did not, and that nothing is heard says nothing.
/// Only the loop; the requests themselves are on virtual threads.
public final class HandOvers implements DutyCycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HandOvers.class);

    /// A caller waits meanwhile: that is some seconds.
    private static final int TRIES = 4;
    static final Duration TRY = Transfers.EFFECT.minusSeconds(2); // the gateways' clocks are a little off

    /// Longer than a try takes.
    private static final Duration LEASE = Duration.ofSeconds(12);

    /// Until it is looked again whether something was heard of the call.
    private static final Duration LOOK = Duration.ofMillis(1_500);

    /// Until the account's line is free again, or after the provider had too much to do.
    static final Duration PAUSE = Duration.ofMillis(500);

    private static final int AT_ONCE = 50;
    private static final long PERIOD_MS = 250;
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Database database;
    private final Sessions sessions;
    private final Announcer announcer;
    private final TransferEndings endings;
    private final WarmTransfers warm;
    private final Supplier<Transfers.Heard> heard;
    private final Bell bell = new Bell();
    private final Errands errands = new Errands("orchestrator-hand-over", CLOSE);

    /// @param heard the calls of which everything is read, up to about now
    public HandOvers(
            Database database, Sessions sessions, Announcer announcer, Metrics metrics, InstantSource clock, Supplier<Transfers.Heard> heard) {
        this.heard = heard;
        this.database = database;
        this.sessions = sessions;
        this.announcer = announcer;
        this.endings = new TransferEndings(database, metrics, clock);
        this.warm = new WarmTransfers(database, sessions, endings);
    }

    @Override
    public String role() {
        return "orchestrator-hand-overs";
    }

    @Override
    public void work() throws InterruptedException {
        bell.await(PERIOD_MS);
        try {
            pass();
        } catch (DatabaseException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("transfers have to wait");
            bell.await(PERIOD_MS);
        }
    }

    /// Begins whatever is due.
    public void pass() {
        for (Transfers.Due due : database.withConnection(c -> Transfers.take(c, AT_ONCE, LEASE, heard.get()))) {
            errands.begin(() -> {
                try {
                    goOn(due).ifPresent(decision -> announcer.announceOrLeave(decision, "a transfer"));
                } catch (DatabaseException away) { // the lease ends, and somebody else takes it
                    log.atWarn().addKeyValue("run", due.runName()).addKeyValue("failure", Causes.of(away)).log("a transfer is not noted");
                } catch (RuntimeException fault) {
                    log.atError().addKeyValue("run", due.runName()).addKeyValue("failure", Causes.ofAny(fault)).log("a transfer is broken");
                }
            });
        }
    }

    private Optional<Decision> goOn(Transfers.Due due) {
        Long accountId = due.accountId();
        Optional<Account> account = accountId == null
                ? Optional.empty()
                : database.withConnection(c -> TelephonyConfigurations.accountOfThen(c, accountId, due.domain()));
        if (due.warm() != null) {
            return warm.goOn(due, due.warm(), account.filter(each -> each.bearerToken() != null));
        }
        return handOver(due, account);
    }

    private Optional<Decision> handOver(Transfers.Due due, Optional<Account> account) {
        String session = due.session();
        String target = due.target();
        if (!due.running()) { // of a call that is over: how it ended was decided by what was known of this
            return Optional.of(endings.ended(due, Stage.NEW, due.away() ? Transfer.CONNECTED : Transfer.FAILED, false, null, "the call is over"));
        }
        if (due.asked()) {
            return due.withUs() ? Optional.of(failed(due, null, "in vain")) : later(due, true, LOOK);
        }
        if (due.tries() > 2 * TRIES) {
            return Optional.of(failed(due, null, "tried too often"));
        }
        if (session == null || target == null || account.isEmpty() || account.get().bearerToken() == null) {
            return Optional.of(failed(due, null, "no account"));
        }
        if (due.lateMs() > 0) {
            return Optional.of(failed(due, null, "not in time"));
        }
        long deadlineNs = System.nanoTime() + TRY.toNanos(); // of a request that is noted later: whoever stands still behind the note makes it no more
        Optional<HandOver> answer = InTurn.asNoted(
                sessions, database, account.get(), c -> Transfers.asking(c, due.id()),
                () -> sessions.handOver(account.get(), session, target, due.ringMs(), deadlineNs));
        if (answer.isEmpty()) {
            return later(due, true, PAUSE);
        }
        return switch (answer.get()) {
            case HandOver.Done(int status) -> Optional.of(endings.ended(due, Stage.NEW, Transfer.CONNECTED, false, status, ""));
            case HandOver.Refused(var reason, var _) when reason == SessionCheck.Reason.UNKNOWN && due.tries() == 1 -> undone(due);
            case HandOver.Refused(var reason, Integer status) -> Optional.of(failed(due, status, reason.name()));
            case HandOver.Unavailable(Trouble trouble) -> switch (trouble) {
                case RATE_LIMITED -> due.tries() < TRIES ? undone(due) : Optional.of(failed(due, null, trouble.name()));
                case NOT_SENT -> due.tries() == 1 ? undone(due) : Optional.of(failed(due, null, trouble.name()));
                case SERVER_ERROR -> Optional.of(failed(due, null, trouble.name()));
                case NO_WORD_FROM_BEHIND, TIMEOUT, IO_ERROR, CLOSED -> later(due, true, LOOK); // it may be done: what is heard of the call says it
            };
        };
    }

    /// @param untried whether nobody was asked
    private Optional<Decision> later(Transfers.Due due, boolean untried, Duration pause) {
        database.withConnection(c -> {
            Transfers.putOff(c, due.id(), pause, untried);
            return true;
        });
        return Optional.empty();
    }

    private Optional<Decision> undone(Transfers.Due due) {
        database.withConnection(c -> {
            Transfers.notDone(c, due.id(), PAUSE);
            return true;
        });
        return Optional.empty();
    }

    private Decision failed(Transfers.Due due, @Nullable Integer status, String why) {
        return endings.ended(due, Stage.NEW, Transfer.FAILED, false, status, why);
    }

    @Override
    public void wakeUp() {
        bell.ring();
    }

    @Override
    public void onClose() throws InterruptedException {
        close();
    }

    /// Lets requests under way finish for a moment; what is not known by then is left to somebody else.
    @Override
    public void close() throws InterruptedException {
        errands.end();
    }
}
