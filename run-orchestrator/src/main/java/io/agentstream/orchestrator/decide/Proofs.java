package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.decide.RunMachine.Effect;
import io.agentstream.orchestrator.decide.RunMachine.Input;
import io.agentstream.orchestrator.decide.RunMachine.State;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.RunningRuns;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides whether a call may talk: rows 5 to 9, 12 and 13 of the contract. Any thread; blocks on the database.
final class Proofs {

    /// How far the clocks of two gateways may be apart, as `doctor` has it.
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);

    private final Database database;
    private final Charges charges;
    private final Endings endings;
    private final Duration handshakeTimeout;
    private final Turns turns;

    /// @param atOnce how many of one organisation's are decided on at a time
    Proofs(Database database, Charges charges, Endings endings, Duration handshakeTimeout, int atOnce) {
        this.database = database;
        this.charges = charges;
        this.endings = endings;
        this.handshakeTimeout = handshakeTimeout;
        this.turns = new Turns(atOnce);
    }

    /// What it takes to prove a call that has started; nothing where there is nothing to prove.
    Optional<ProofPlan> plan(CallEvent.Started start) {
        return database.withConnection(connection -> {
            Optional<RunRow> found = RunRows.find(connection, start.callId().value());
            if (found.isEmpty()) {
                return Optional.empty();
            }
            RunRow run = found.get();
            return Optional.of(new ProofPlan(
                    run.organizationId(),
                    States.of(run) instanceof State.Initialized,
                    run.createdAt().plus(handshakeTimeout),
                    Facts.domain(connection, run.organizationId(), run.mode(), start.domain())));
        });
    }

    /// The organisation's row is locked, so that its limit of concurrent calls holds exactly, and the row of a prepaid owner, so that
    /// what is there for one call is held for one. The place and the money of a run that is taken over are not missing. The locks are taken last: what need not
    /// be done under it is done by then, because all its calls wait for it. What was decided before is only said again: that needs
    /// neither the lock nor a turn.
    Decision started(ProofPlan.Answered answered, Source source, InstantSource clock) throws InterruptedException {
        return answered.plan().due()
                ? turns.take(answered.plan().organizationId(), handshakeTimeout, () -> decided(answered, source, clock))
                : decided(answered, source, clock);
    }

    private Decision decided(ProofPlan.Answered answered, Source source, InstantSource clock) {
        CallEvent.Started start = answered.start();
        return database.inTransaction(connection -> {
            RunRow row = RunRows.lock(connection, start.callId().value()).orElseThrow();
            return RunTransaction.decide(
                    connection, row, start.seq(), run -> decide(connection, run, answered, source, clock));
        });
    }

    /// The session's running run, where it has one, is locked after the organisation's row: nobody who waits for that row has it.
    private Decision decide(
            Connection connection, RunTransaction run, ProofPlan.Answered answered, Source source, InstantSource clock)
            throws SQLException {
        CallEvent.Started start = answered.start();
        ProofPlan plan = answered.plan();
        Facts.Room room = Facts.Room.NONE;
        Charges.Funds funds = Charges.Funds.UNLIMITED;
        List<RunRow> rivals = List.of();
        if (run.state() instanceof State.Initialized) {
            run.start(answered, source);
            Optional<RunningRuns.Session> session = run.session();
            room = Facts.roomUnderLock(connection, plan.organizationId(), session);
            if (room.taken()) {
                rivals = RunningRuns.lockRunning(connection, plan.organizationId(), session.orElseThrow());
            }
            funds = Charges.lockFunds(connection, run.row(), rivals);
        }
        Instant now = clock.instant(); // all waiting is over
        funds = charges.takingOver(connection, run.row(), rivals, funds, now);
        Verdicts.Proof facts = new Verdicts.Proof(
                funds.enough(), room.left() || !rivals.isEmpty(), plan.domain().verdict(), Contexts.identified(start), start.mediaFormat().spoken(),
                answered.session());
        Optional<RunRow> newest = rivals.stream().max((one, other) -> one.equals(other) ? 0 : isNewer(one, other) ? 1 : -1);
        Optional<CallId> rivalCall = newest.map(rival -> new CallId(rival.callId()));
        boolean overtaken = newest.isPresent() && isNewer(newest.get(), run.row());
        Input.Started input = new Input.Started(facts, now, plan.deadline(), overtaken);
        List<Decision> also = new ArrayList<>();
        for (Effect.OfStart effect : RunMachine.started(run.state(), input).effects()) {
            switch (effect) {
                case Effect.Repeat() -> {
                    return run.repeat();
                }
                case Effect.Begin(Instant at) -> {
                    for (RunRow rival : rivals) {
                        also.add(endings.replaced(connection, rival, start.callId(), at));
                    }
                    run.begin(start.mediaFormat(), at, rivalCall.orElse(null));
                    charges.begin(connection, run.row(), funds, at);
                }
                case Effect.Complete complete -> {
                    run.describe();
                    rivalCall.ifPresent(run::replacedBy);
                    endings.complete(run, complete);
                }
                case Effect.Fail(Refusal refusal, Instant at) -> run.fail(refusal, at);
            }
        }
        return run.decision(Socket.WAITS).asOf(now).also(also);
    }

    /// Whether its socket was accepted later, where that is further apart than the clocks of two gateways may be: an offer may be handled late, of a
    /// socket that is dead by then. Closer together than that, by the numbers that the database gave the two runs. It is the same however often and
    /// in whichever order the records come again.
    private static boolean isNewer(RunRow one, RunRow other) {
        Duration later = Duration.between(other.createdAt(), one.createdAt());
        return later.abs().compareTo(CLOCKS_DIFFER) > 0 ? later.isPositive() : one.id() > other.id();
    }
}
