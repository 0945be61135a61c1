package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.HangUpOrder;
import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.decide.RunMachine.Effect;
import io.agentstream.orchestrator.decide.RunMachine.Input;
import io.agentstream.orchestrator.decide.RunMachine.State;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Decided;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.RefusedCalls;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.RunEvents.NewEvent;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// One transaction for each decision: reads the state and the facts, asks [RunMachine], does its effects. A record that comes
/// again changes nothing and yields the decision that it yielded first. Any thread; blocks on the database and throws what it
/// throws.
public final class RunDecisions {

    private final Database database;
    private final Tariff tariff;
    private final Duration handshakeTimeout;
    private final Turns turns;

    public RunDecisions(Database database, Tariff tariff, Duration handshakeTimeout) {
        this.database = database;
        this.tariff = tariff;
        this.handshakeTimeout = handshakeTimeout;
        this.turns = new Turns(handshakeTimeout); // who waits longer is too late
    }

    /// Rows 4 to 9 of the contract, as far as the offer goes.
    public Decision offered(CallEvent.Offered offer, Source source, Instant now) {
        return database.inTransaction(connection -> {
            RunRows.Known known = RunRows.known(connection, offer.callId().value());
            Optional<Agents.Callable> agent = Agents.findForCall(connection, offer.agentDigest());
            Verdicts.Admission facts = agent.isEmpty()
                    ? Verdicts.Admission.NO_AGENT
                    : Facts.admission(connection, agent.get(), offer.domain());
            Input input = new Input.Offered(facts, now, offer.at().plus(handshakeTimeout));
            var step = RunMachine.step(stateOf(known), input);
            return switch (step.effects().getFirst()) {
                case Effect.Refuse(Refusal refusal) -> {
                    RefusedCalls.remember(connection, offer.callId().value(), refusal.failure().name(), now);
                    yield Decision.refused(offer.callId(), offer.slot(), refusal);
                }
                case Effect.Create() -> create(connection, offer, agent.orElseThrow(), source, now, Optional.empty());
                case Effect.CreateFailed(Refusal refusal) ->
                    create(connection, offer, agent.orElseThrow(), source, now, Optional.of(refusal));
                case Effect.Repeat() -> repeat(connection, known.run().orElseThrow(), offer.seq(), Socket.WAITS);
                case Effect.Begin _, Effect.Fail _, Effect.Complete _, Effect.HangUp _ ->
                    throw new IllegalStateException("an offer cannot do this");
            };
        });
    }

    private static Decision create(
            Connection connection,
            CallEvent.Offered offer,
            Agents.Callable agent,
            Source source,
            Instant now,
            Optional<Refusal> refusal)
            throws SQLException {
        Contexts contexts = Contexts.offered(offer, Providers.CLOUDONIX, agent.templateContextVariables());
        Optional<RunRow> inserted = RunRows.insert(
                connection,
                new RunRows.NewRun(
                        offer.callId().value(), agent, Providers.CLOUDONIX, offer.slot(), contexts.initial(),
                        contexts.gathered(), contexts.logs(), offer.at(), now));
        if (inserted.isEmpty()) { // the same offer, handled elsewhere at the same time, was faster and is committed
            RunRow run = RunRows.lock(connection, offer.callId().value()).orElseThrow();
            return repeat(connection, run, offer.seq(), Socket.WAITS);
        }
        RunTransaction run = new RunTransaction(connection, inserted.get(), offer.seq());
        run.happened(offer, "offered", source);
        run.created(now);
        if (refusal.isPresent()) {
            run.fail(refusal.get(), now);
        }
        run.write();
        return run.decision(Socket.WAITS);
    }

    /// What it takes to prove a call that has started; nothing where there is nothing to prove.
    public Optional<ProofPlan> plan(CallEvent.Started start) {
        return database.withConnection(connection -> {
            Optional<RunRow> run = RunRows.find(connection, start.callId().value());
            if (run.isEmpty()) {
                return Optional.empty();
            }
            Facts.DomainFacts domain = Facts.domain(connection, run.get().organizationId(), start.domain());
            return Optional.of(new ProofPlan(
                    run.get().organizationId(),
                    stateOf(run.get()) instanceof State.Initialized,
                    run.get().createdAt().plus(handshakeTimeout),
                    domain));
        });
    }

    /// Rows 6 to 9, 12 and 13: the organisation's row is locked, so that its limit of concurrent calls holds exactly. The lock
    /// is taken last: what need not be done under it is done by then, because all its calls wait for it.
    public Decision started(
            CallEvent.Started start, ProofPlan plan, Verdicts.Session session, Source source, Instant now)
            throws InterruptedException {
        return turns.take(plan.organizationId(), () -> database.inTransaction(connection -> {
            RunRow row = RunRows.lock(connection, start.callId().value()).orElseThrow();
            State state = stateOf(row);
            RunTransaction run = new RunTransaction(connection, row, start.seq());
            boolean roomLeft = false;
            if (state instanceof State.Initialized) {
                run.start(start, plan, source);
                roomLeft = Facts.roomUnderLock(connection, plan.organizationId());
            }
            Verdicts.Proof facts =
                    new Verdicts.Proof(roomLeft, plan.domain().verdict(), Contexts.identified(start), start.mediaFormat().spoken(), session);
            var step = RunMachine.step(state, new Input.Started(facts, now, plan.deadline()));
            return switch (step.effects().getFirst()) {
                case Effect.Repeat() -> repeat(connection, row, start.seq(), Socket.WAITS);
                case Effect.Begin(Instant at) -> {
                    run.begin(start.mediaFormat(), at);
                    run.write();
                    yield run.decision(Socket.WAITS);
                }
                case Effect.Fail(Refusal refusal, Instant at) -> {
                    run.fail(refusal, at);
                    run.write();
                    yield run.decision(Socket.WAITS);
                }
                case Effect.Refuse _, Effect.Create _, Effect.CreateFailed _, Effect.Complete _, Effect.HangUp _ ->
                    throw new IllegalStateException("a start cannot do this");
            };
        }));
    }

    public Decision ended(CallEvent.Ended end, Source source) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, end.callId().value());
            if (row.isEmpty()) {
                return Decision.none(end.callId());
            }
            RunTransaction run = new RunTransaction(connection, row.get(), end.seq());
            run.happened(end, "ended", source);
            Input input = new Input.Ended(end.at(), end.closeCode(), end.closeReason(), end.end(), end.failure());
            return close(connection, run, row.get(), end.seq(), input, Socket.CLOSED);
        });
    }

    /// Closes the run of a call that nobody has heard of since `before`; empty where somebody has.
    public Decision quiet(CallId callId, Instant before, Instant now) {
        return database.inTransaction(connection -> {
            Optional<RunRow> row = RunRows.lock(connection, callId.value());
            if (row.isEmpty() || !row.get().lastSeenAt().isBefore(before)) {
                return Decision.none(callId);
            }
            long after = Decided.newestSeq(connection, row.get().id());
            RunTransaction run = new RunTransaction(connection, row.get(), after);
            return close(connection, run, row.get(), after, new Input.Quiet(row.get().lastSeenAt(), now), Socket.WAITS);
        });
    }

    private Decision close(
            Connection connection, RunTransaction run, RunRow row, long after, Input input, Socket socket)
            throws SQLException {
        Decision decision = Decision.none(new CallId(row.callId()));
        for (Effect effect : RunMachine.step(stateOf(row), input).effects()) {
            switch (effect) {
                case Effect.Fail(Refusal refusal, Instant at) -> {
                    run.fail(refusal, at);
                    decision = run.decision(socket);
                }
                case Effect.Complete complete -> {
                    run.complete(complete, tariff.cost(complete.durationMs()));
                    decision = run.decision(socket);
                }
                case Effect.Repeat() -> decision = repeat(connection, row, after, socket);
                case Effect.HangUp() -> {
                    if (!decision.events().isEmpty()) { // else the run was over before, by a decision of our own
                        decision = decision.hangingUp(order(row));
                    }
                }
                case Effect.Refuse _, Effect.Create _, Effect.CreateFailed _, Effect.Begin _ ->
                    throw new IllegalStateException("an end cannot do this");
            }
        }
        run.write();
        return decision;
    }

    /// Adds an event of the conversation to the run's story; one whose call has no run is nobody's.
    public void said(ConversationEvent event, Source source) {
        database.inTransaction(connection -> {
            Optional<RunRow> run = RunRows.find(connection, event.callId().value());
            if (run.isPresent()) {
                ObjectNode payload = Json.MAPPER.valueToTree(event);
                String type = payload.path("type").asString();
                RunEvents.append(
                        connection, run.get().id(), List.of(new NewEvent(event.at(), type, payload, source)));
            }
            return run.isPresent();
        });
    }

    private static Optional<HangUpOrder> order(RunRow row) {
        return row.telephonyConfigurationId() == null || row.providerSession() == null
                ? Optional.empty()
                : Optional.of(new HangUpOrder(
                        new CallId(row.callId()), row.name(), row.telephonyConfigurationId(), row.providerSession()));
    }

    /// What was decided on a record, once more; but the beginning of a run that is over is not, or a worker that does not know
    /// its end yet would begin it again. Its beginning was acknowledged before its end was decided.
    private static Decision repeat(Connection connection, RunRow run, long seq, Socket socket) throws SQLException {
        boolean over = stateOf(run) instanceof State.Over;
        var events = Decided.on(connection, run.id(), seq).stream()
                .map(payload -> Json.MAPPER.treeToValue(payload, RunEvent.class))
                .filter(event -> !(over && event instanceof RunEvent.Running))
                .toList();
        return events.isEmpty()
                ? Decision.none(new CallId(run.callId()))
                : Decision.of(run.name(), run.gatewaySlot(), events, socket, true);
    }

    private static State stateOf(RunRows.Known known) {
        if (known.run().isPresent()) {
            return stateOf(known.run().get());
        }
        return known.refusedFor() == null ? new State.Unknown() : new State.Refused(Failure.valueOf(known.refusedFor()));
    }

    private static State stateOf(RunRow run) {
        return switch (run.state()) {
            case INITIALIZED -> new State.Initialized();
            case RUNNING -> new State.Running(
                    run.startedAt() == null ? run.createdAt() : run.startedAt()); // a check keeps it from being null
            case COMPLETED, FAILED -> new State.Over();
        };
    }
}
