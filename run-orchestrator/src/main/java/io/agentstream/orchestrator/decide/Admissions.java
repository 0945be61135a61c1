package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.AdmissionRates.Verdict;
import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.decide.RunMachine.Effect;
import io.agentstream.orchestrator.decide.RunMachine.Input;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.RefusedCalls;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunKeys;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallKeys;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides whether a call is let in: rows 3 to 9 of the contract, as far as the offer goes. Any thread; blocks on the database.
final class Admissions {

    /// How long an offer waits for its turn before it is tried again. Short, because who waits does not see that its partition was
    /// given to somebody else.
    private static final Duration TURN = Duration.ofSeconds(1);

    private final Database database;
    private final Tariff standard;
    private final Duration handshakeTimeout;
    private final AdmissionRates rates;
    private final Owners owners;
    private final Turns turns;

    /// @param atOnce how many of one organisation's are decided on at a time
    Admissions(Database database, Tariff standard, Duration handshakeTimeout, Owners owners, int atOnce) {
        this.database = database;
        this.standard = standard;
        this.handshakeTimeout = handshakeTimeout;
        this.rates = new AdmissionRates(database, System::nanoTime);
        this.owners = owners;
        this.turns = new Turns(atOnce);
    }

    /// An offer, from where, and when it is decided on.
    private record Offer(CallEvent.Offered event, @Nullable CallKeys keys, Source source, Instant now) {}

    /// What a transaction came to.
    private sealed interface Step {
        record Decided(Decision decision) implements Step {}

        /// Nothing was done yet: the organisation's rate is to be asked first, without a connection in the hand.
        record AsksRate(long organizationId, int perSecond) implements Step {}
    }

    /// A few of one organisation at a time, so that a flood of one has not all the connections.
    Decision offered(CallEvent.Offered event, @Nullable CallKeys keys, Source source, InstantSource clock) {
        try {
            long owner = owners.ofAgent(event.agentDigest(), TURN);
            Decision decision = turns.take(owner, TURN, () -> decided(event, keys, source, clock));
            if (owner != Owners.NOBODY) {
                owners.remember(event.callId(), owner);
            }
            return decision;
        } catch (InterruptedException stopping) {
            throw stopping(stopping);
        }
    }

    private Decision decided(CallEvent.Offered event, @Nullable CallKeys keys, Source source, InstantSource clock) {
        return switch (step(event, keys, source, clock, Optional.empty())) {
            case Step.Decided(Decision decision) -> decision;
            case Step.AsksRate(long organizationId, int perSecond) -> {
                boolean taken = ask(organizationId, perSecond);
                yield ((Step.Decided) step(event, keys, source, clock, Optional.of(taken))).decision();
            }
        };
    }

    private boolean ask(long organizationId, int perSecond) {
        try {
            return rates.ask(organizationId, perSecond);
        } catch (InterruptedException stopping) {
            throw stopping(stopping);
        }
    }

    private static NotNowException stopping(InterruptedException stopping) {
        Thread.currentThread().interrupt();
        return new NotNowException("stopping", stopping);
    }

    /// @param admission whether the organisation's rate has one for it, where that was asked
    private Step step(
            CallEvent.Offered event, @Nullable CallKeys keys, Source source, InstantSource clock, Optional<Boolean> admission) {
        return database.inTransaction(connection -> {
            RunRows.Known known = RunRows.known(connection, event.callId().value());
            Optional<Agents.Callable> agent = Agents.findForCall(connection, event.agentDigest());
            Verdicts.Admission facts = facts(connection, event, agent);
            if (States.of(known) instanceof RunMachine.State.Unknown && facts.isWelcome()) {
                Integer perSecond = agent.orElseThrow().admissionsPerSecond();
                Verdict verdict = perSecond == null
                        ? Verdict.TAKEN
                        : admission.map(taken -> taken ? Verdict.TAKEN : Verdict.NONE)
                                .orElseGet(() -> rates.known(agent.get().organizationId(), perSecond));
                switch (verdict) {
                    case TAKEN -> {}
                    case NONE -> facts = facts.withoutRoom();
                    case UNKNOWN -> {
                        return new Step.AsksRate(agent.get().organizationId(), Objects.requireNonNull(perSecond));
                    }
                }
            }
            Instant now = clock.instant();
            Offer offer = new Offer(event, keys, source, now);
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
                            connection, known.run().orElseThrow(), event.seq(), run -> run.repeat());
            };
            return new Step.Decided(decision.asOf(now));
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
            return RunTransaction.decide(connection, other, event.seq(), run -> run.repeat());
        }
        CallKeys keys = offer.keys();
        if (keys != null) {
            RunKeys.insert(connection, inserted.get().id(), keys);
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
