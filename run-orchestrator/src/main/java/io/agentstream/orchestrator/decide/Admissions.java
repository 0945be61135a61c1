package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.decide.RunMachine.Effect;
import io.agentstream.orchestrator.decide.RunMachine.Input;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.RefusedCalls;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.CallEvent;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Decides whether a call is let in: rows 3 to 9 of the contract, as far as the offer goes. Any thread; blocks on the database.
final class Admissions {

    /// How long an offer waits for its turn before it is tried again. Short, because who waits does not see that its partition was
    /// given to somebody else.
    private static final Duration TURN = Duration.ofSeconds(1);

    private final Database database;
    private final Tariff standard;
    private final Duration handshakeTimeout;
    private final AdmissionRates rates = new AdmissionRates(System::nanoTime);
    private final Turns turns;

    Admissions(Database database, Tariff standard, Duration handshakeTimeout) {
        this.database = database;
        this.standard = standard;
        this.handshakeTimeout = handshakeTimeout;
        this.turns = new Turns(TURN);
    }

    /// An offer, from where, and when it is decided on.
    private record Offer(CallEvent.Offered event, Source source, Instant now) {}

    /// A few of one agent at a time, so that a flood of one has not all the connections.
    Decision offered(CallEvent.Offered event, Source source, InstantSource clock) {
        try {
            return turns.take(event.agentDigest().hashCode(), () -> decided(event, source, clock));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new NotNowException("stopping", stopping);
        }
    }

    private Decision decided(CallEvent.Offered event, Source source, InstantSource clock) {
        return database.inTransaction(connection -> {
            RunRows.Known known = RunRows.known(connection, event.callId().value());
            Optional<Agents.Callable> agent = Agents.findForCall(connection, event.agentDigest());
            Verdicts.Admission facts = facts(connection, event, agent);
            if (States.of(known) instanceof RunMachine.State.Unknown && facts.isWelcome()
                    && !rates.take(connection, agent.orElseThrow().organizationId(), agent.get().admissionsPerSecond())) {
                facts = facts.withoutRoom();
            }
            Instant now = clock.instant();
            Offer offer = new Offer(event, source, now);
            var step = RunMachine.offered(States.of(known), new Input.Offered(facts, now, event.at().plus(handshakeTimeout)));
            Decision decision = switch (step.effects().getFirst()) {
                case Effect.Refuse(Refusal refusal) -> {
                    RefusedCalls.remember(connection, event.callId().value(), refusal.failure().name(), now);
                    yield Decision.refused(event.callId(), event.slot(), refusal);
                }
                case Effect.Create() -> create(connection, offer, agent.orElseThrow(), Optional.empty());
                case Effect.CreateFailed(Refusal refusal) ->
                    create(connection, offer, agent.orElseThrow(), Optional.of(refusal));
                case Effect.Repeat() ->
                    RunTransaction.decide(
                            connection, known.run().orElseThrow(), event.seq(), run -> run.repeat(Socket.WAITS));
            };
            return decision.asOf(now);
        });
    }

    private static Verdicts.Admission facts(
            Connection connection, CallEvent.Offered event, Optional<Agents.Callable> agent) throws SQLException {
        String provider = provider(event);
        if (!Providers.ALL.contains(provider)) {
            return Verdicts.Admission.unsupported(provider);
        }
        return agent.isEmpty()
                ? Verdicts.Admission.NO_AGENT
                : Facts.admission(connection, agent.get(), provider, event.domain());
    }

    private BigDecimal price(Agents.Callable agent) {
        return agent.pricePerMinute() == null ? standard.pricePerMinute() : agent.pricePerMinute();
    }

    private static String provider(CallEvent.Offered event) {
        return event.provider() == null ? "" : event.provider();
    }

    private Decision create(
            Connection connection, Offer offer, Agents.Callable agent, Optional<Refusal> refusal) throws SQLException {
        CallEvent.Offered event = offer.event();
        String provider = provider(event);
        Contexts contexts = Contexts.offered(event, provider, agent.templateContextVariables());
        Optional<RunRow> inserted = RunRows.insert(
                connection,
                new RunRows.NewRun(
                        event.callId().value(), agent, provider, event.slot(), contexts.initial(), contexts.gathered(),
                        contexts.logs(), event.at(), offer.now(), price(agent)));
        if (inserted.isEmpty()) { // the same offer, handled elsewhere at the same time, was faster and is committed
            RunRow other = RunRows.lock(connection, event.callId().value()).orElseThrow();
            return RunTransaction.decide(connection, other, event.seq(), run -> run.repeat(Socket.WAITS));
        }
        return RunTransaction.decide(connection, inserted.get(), event.seq(), run -> {
            run.happened(event, "offered", offer.source());
            run.created(offer.now());
            if (refusal.isPresent()) {
                run.fail(refusal.get(), offer.now());
            }
            return run.decision(Socket.WAITS);
        });
    }
}
