package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.jobs.WarmMachine.Next;
import io.agentstream.orchestrator.jobs.WarmMachine.State;
import io.agentstream.orchestrator.jobs.WarmMachine.Time;
import io.agentstream.orchestrator.provider.Briefing;
import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.orchestrator.store.WarmLegs;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.orchestrator.store.WarmLegs.Told;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Transfer;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what [WarmMachine] decides: one request at most each time that a transfer is due. Any thread that may wait.
final class WarmTransfers {

    private static final Logger log = LoggerFactory.getLogger(WarmTransfers.class);

    /// How often it is asked how the other side's session stands.
    private static final Duration LOOK = Duration.ofMillis(1_500);

    /// Until a caller who was brought away is not with us any more, if that was done at all.
    private static final Duration LEAVE = Duration.ofSeconds(3);

    /// From when on the agent may go on with its caller, behind the time that the other side has.
    private static final long OVER_MS = 10_000;

    /// How often an end of the other side's session is tried; each pause is twice the one before, and none longer than a minute.
    private static final int END_TRIES = 12;

    /// How often both sides are looked at where it is not known that they are together: about eight hours, then whoever is alone stays so.
    private static final int MOST_LOOKS = 500;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private static final int TICKET_BYTES = 32;

    private final Database database;
    private final Sessions sessions;
    private final TransferEndings endings;
    private final SecureRandom random = new SecureRandom();

    WarmTransfers(Database database, Sessions sessions, TransferEndings endings) {
        this.database = database;
        this.sessions = sessions;
        this.endings = endings;
    }

    /// @param account nothing where there is none that a provider can be asked with
    Optional<Decision> goOn(Transfers.Due due, WarmLegs.Leg leg, Optional<Account> account) {
        String session = due.session();
        if (account.isEmpty() || session == null) {
            if (due.outcome() == null) {
                return Optional.of(endings.ended(due, leg.stage(), Transfer.FAILED, false, null, "no account"));
            }
            log.atWarn().addKeyValue("run", due.runName()).log("nobody can hang up the other side of a transfer: its account has no token");
            inDatabase(c -> WarmLegs.closed(c, due.id()));
            return Optional.empty();
        }
        if (due.outcome() != null) {
            lookAfter(due, leg, account.get(), due.outcome(), session);
            return Optional.empty();
        }
        State state = new State(
                leg.stage(), leg.asks(), due.running(), due.withUs(), due.lateMs() <= 0 ? Time.EARLY : due.lateMs() <= OVER_MS ? Time.LATE : Time.OVER,
                leg.session() != null, leg.heard(), leg.takes(), leg.session() != null && leg.session().equals(leg.missed()));
        return switch (WarmMachine.next(state)) {
            case Next.Call _ -> call(due, leg, account.get());
            case Next.Look _ -> look(due, leg, account.get(), state);
            case Next.Join _ -> join(due, leg, account.get(), session);
            case Next.Follow _ -> follow(due, leg, account.get(), session);
            case Next.Wait _, Next.Undone _ -> later(due, leg.stage(), LOOK);
            case Next.End end -> Optional.of(ended(due, leg.stage(), end, null, "in vain"));
        };
    }

    private Optional<Decision> call(Transfers.Due due, WarmLegs.Leg leg, Account account) {
        Told told = leg.told();
        String target = due.target();
        if (told == null || target == null) {
            return Optional.of(endings.ended(due, leg.stage(), Transfer.FAILED, false, null, "nobody to call"));
        }
        Secret ticket = ticket();
        Briefing briefing = new Briefing(
                target, told.from(), told.summary(), told.question(), told.language(), due.ringMs(), ticket,
                WarmLegs.room(due.callId(), due.id()));
        long deadlineNs = deadlineNs();
        Optional<Dial> dial = inTurn(
                account, c -> WarmLegs.dialling(c, due.id(), ApiKeys.hash(ticket)),
                () -> sessions.dial(account, briefing, deadlineNs));
        if (dial.isEmpty()) {
            return later(due, Stage.NEW, HandOvers.PAUSE);
        }
        return switch (WarmMachine.called(dial.get())) {
            case Next.Undone _ -> {
                inDatabase(c -> WarmLegs.notDialled(c, due.id(), HandOvers.PAUSE));
                yield Optional.empty();
            }
            case Next.End end -> Optional.of(ended(due, Stage.DIALLED, end, status(dial.get()), why(dial.get())));
            case Next.Wait _, Next.Call _, Next.Look _, Next.Join _, Next.Follow _ -> {
                if (dial.get() instanceof Dial.Ringing(String session)) {
                    inDatabase(c -> WarmLegs.rings(c, due.id(), session, LOOK));
                    yield Optional.empty();
                }
                yield later(due, Stage.DIALLED, LOOK);
            }
        };
    }

    private Optional<Decision> look(Transfers.Due due, WarmLegs.Leg leg, Account account, State state) {
        Optional<Leg> answer = look(account, leg.session(), deadlineNs());
        if (answer.isEmpty()) {
            return later(due, Stage.DIALLED, HandOvers.PAUSE);
        }
        boolean heard = answer.get() instanceof Leg.Open(boolean answered) && answered;
        String missed = answer.get() instanceof Leg.Missing ? leg.session() : null;
        return WarmMachine.looked(answer.get(), state) instanceof Next.End end
                ? Optional.of(ended(due, Stage.DIALLED, end, null, "the other side was not reached"))
                : later(due, Stage.DIALLED, heard, false, missed, LOOK);
    }

    private Optional<Decision> join(Transfers.Due due, WarmLegs.Leg leg, Account account, String session) {
        long deadlineNs = deadlineNs(); // of a request that is noted later: whoever stands still behind the note makes it no more
        Optional<HandOver> answer = inTurn(
                account, c -> WarmLegs.joining(c, due.id()),
                () -> sessions.join(account, session, WarmLegs.room(due.callId(), due.id()), deadlineNs));
        if (answer.isEmpty()) {
            return later(due, leg.stage(), HandOvers.PAUSE);
        }
        return switch (WarmMachine.joined(answer.get(), leg.asks())) {
            case Next.Undone _ -> {
                inDatabase(c -> WarmLegs.notJoined(c, due.id(), HandOvers.PAUSE));
                yield Optional.empty();
            }
            case Next.End end -> Optional.of(ended(due, Stage.JOINING, end, status(answer.get()), "the caller was not brought away"));
            case Next.Wait _, Next.Call _, Next.Look _, Next.Join _, Next.Follow _ -> later(due, Stage.JOINING, LEAVE);
        };
    }

    private Optional<Decision> follow(Transfers.Due due, WarmLegs.Leg leg, Account account, String session) {
        Optional<Leg> answer =
                inTurn(account, c -> WarmLegs.following(c, due.id()), () -> sessions.look(account, session, deadlineNs()));
        if (answer.isEmpty()) {
            return later(due, leg.stage(), HandOvers.PAUSE);
        }
        String missed = answer.get() instanceof Leg.Missing ? session : null;
        return WarmMachine.followed(answer.get(), session.equals(leg.missed())) instanceof Next.End end
                ? Optional.of(ended(due, Stage.JOINING, end, null, "the caller has gone"))
                : later(due, Stage.JOINING, false, true, missed, LOOK);
    }

    /// What became of looking after those who are to be together, or of whom one is to be hung up.
    private enum Care {
        /// Both sessions last.
        TOGETHER,
        /// Nobody has to be hung up any more.
        DONE,
        /// The provider does not know the session that it was asked for.
        MISSED,
        /// Nobody knows.
        UNKNOWN,
        /// There was no turn.
        NOT_ASKED
    }

    /// Nobody is left alone: where the other side is not to be joined any more, it is hung up; where both are to be together and one has left, the
    /// other is. Who was brought away for certain, and is still there with the other side a moment later, is with it.
    private void lookAfter(Transfers.Due due, WarmLegs.Leg leg, Account account, Transfer outcome, String caller) {
        String other = Objects.requireNonNull(leg.session());
        long deadlineNs = deadlineNs();
        boolean joined = outcome == Transfer.CONNECTED;
        Look look = joined ? bothLast(account, leg, caller, deadlineNs) : hangUp(account, other, leg.missed(), deadlineNs);
        Care care = look.care();
        boolean last = leg.asks() + 1 >= (joined && leg.followed() ? MOST_LOOKS : END_TRIES);
        if (last && care == Care.UNKNOWN) {
            log.atWarn().addKeyValue("run", due.runName()).log("nobody knows whether the other side of a transfer was hung up");
        }
        inDatabase(c -> {
            switch (care) {
                case DONE -> WarmLegs.closed(c, due.id());
                case NOT_ASKED -> WarmLegs.noTurn(c, due.id(), HandOvers.PAUSE);
                case TOGETHER, MISSED, UNKNOWN -> {
                    if (last || (care == Care.TOGETHER && !leg.followed())) {
                        WarmLegs.closed(c, due.id());
                    } else {
                        WarmLegs.lookAgain(c, due.id(), care == Care.MISSED ? look.session() : null, pause(leg.asks()));
                    }
                }
            }
        });
    }

    /// @param session of which it is known
    private record Look(Care care, String session) {}

    private Look bothLast(Account account, WarmLegs.Leg leg, String caller, long deadlineNs) {
        String other = Objects.requireNonNull(leg.session());
        Look look = lasts(account, other, caller, leg.missed(), deadlineNs);
        return look.care() == Care.TOGETHER ? lasts(account, caller, other, leg.missed(), deadlineNs) : look;
    }

    /// Whether a session lasts; where it does not, whoever would be alone then is hung up.
    private Look lasts(Account account, String session, String alone, @Nullable String missed, long deadlineNs) {
        return look(account, session, deadlineNs)
                .map(answer -> switch (answer) {
                    case Leg.Open _ -> new Look(Care.TOGETHER, session);
                    case Leg.Missing _ when !session.equals(missed) -> new Look(Care.MISSED, session);
                    case Leg.Over _, Leg.Missing _ -> hangUp(account, alone, alone, deadlineNs);
                    case Leg.Unknown _ -> new Look(Care.UNKNOWN, session);
                })
                .orElseGet(() -> new Look(Care.NOT_ASKED, session));
    }

    /// A session that the provider does not know may be one that was begun just now.
    ///
    /// @param missed the session that it did not know when it was asked before
    private Look hangUp(Account account, String session, @Nullable String missed, long deadlineNs) {
        return inTurn(account, c -> true, () -> sessions.hangUp(account, session, deadlineNs))
                .map(answer -> switch (answer) {
                    case HangUp.Done(int status) when status == 404 && !session.equals(missed) -> new Look(Care.MISSED, session);
                    case HangUp.Done _, HangUp.Refused _ -> new Look(Care.DONE, session);
                    case HangUp.NotNow _, HangUp.Unavailable _ -> new Look(Care.UNKNOWN, session);
                })
                .orElseGet(() -> new Look(Care.NOT_ASKED, session));
    }

    private static Duration pause(int asks) {
        return Duration.ofMillis(Math.min(500L << Math.min(asks, END_TRIES), LONGEST_PAUSE.toMillis()));
    }

    private Optional<Leg> look(Account account, @Nullable String session, long deadlineNs) {
        return session == null ? Optional.of(new Leg.Unknown()) : inTurn(account, c -> true, () -> sessions.look(account, session, deadlineNs));
    }

    private <T> Optional<T> inTurn(Account account, Database.Work<Boolean> note, Supplier<T> request) {
        return InTurn.asNoted(sessions, database, account, note, request);
    }

    /// @param heard whether the other side has answered the telephone
    /// @param asked whether a request was made that counts
    /// @param missed the session that the provider does not know; null: it knows it, or was not asked
    private Optional<Decision> later(Transfers.Due due, Stage stage, boolean heard, boolean asked, @Nullable String missed, Duration pause) {
        inDatabase(c -> WarmLegs.wait(c, due.id(), stage, heard, asked, missed, pause));
        return Optional.empty();
    }

    private Optional<Decision> later(Transfers.Due due, Stage stage, Duration pause) {
        return later(due, stage, false, false, null, pause);
    }

    private Decision ended(Transfers.Due due, Stage stage, Next.End end, @Nullable Integer status, String why) {
        return endings.ended(due, stage, end.outcome(), end.leg(), status, why);
    }

    private interface Note {
        void write(Connection connection) throws SQLException;
    }

    private void inDatabase(Note note) {
        database.withConnection(c -> {
            note.write(c);
            return true;
        });
    }

    private Secret ticket() {
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    private static long deadlineNs() {
        return System.nanoTime() + HandOvers.TRY.toNanos();
    }

    private static @Nullable Integer status(Dial dial) {
        return dial instanceof Dial.Refused(var _, Integer status) ? status : null;
    }

    private static @Nullable Integer status(HandOver answer) {
        return switch (answer) {
            case HandOver.Done(int status) -> (Integer) status;
            case HandOver.Refused(var _, Integer status) -> status;
            case HandOver.Unavailable _ -> null;
        };
    }

    private static String why(Dial dial) {
        return switch (dial) {
            case Dial.Ringing _ -> "";
            case Dial.Refused(var reason, var _) -> reason.name();
            case Dial.Unavailable(var trouble) -> trouble.name();
        };
    }
}
