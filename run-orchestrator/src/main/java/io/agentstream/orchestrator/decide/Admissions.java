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
///
/// Who would be refused for want of room or money is let in where he only takes over a call of the organisation that runs: the provider
/// has connected anew. That is known once the socket has named its session, so the answer to such an offer waits for a moment, and
/// nothing is written before it is given. What is exact is the proof, which has the locks.
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
    private final Reconnects reconnects;

    /// @param atOnce how many of one organisation's are decided on at a time
    Admissions(Database database, Tariff standard, Duration handshakeTimeout, Owners owners, int atOnce) {
        this.database = database;
        this.standard = standard;
        this.handshakeTimeout = handshakeTimeout;
        this.rates = new AdmissionRates(database, System::nanoTime);
        this.owners = owners;
        this.turns = new Turns(atOnce);
        this.reconnects = new Reconnects(handshakeTimeout);
    }

    /// An offer, from where, and what else is known of its call.
    ///
    /// @param deadline behind which its gateway does not wait for an answer any more
    /// @param heard whether the call's start was waited for already
    /// @param start where it came
    private record Offer(
            CallEvent.Offered event,
            @Nullable CallKeys keys,
            Source source,
            InstantSource clock,
            Instant deadline,
            boolean heard,
            CallEvent.@Nullable Started start) {

        Offer heard(Optional<CallEvent.Started> said) {
            return new Offer(event, keys, source, clock, deadline, true, said.orElse(null));
        }
    }

    /// What a transaction came to.
    private sealed interface Step {
        record Decided(Decision decision) implements Step {}

        /// Nothing was done yet: the organisation's rate is to be asked first, without a connection in the hand.
        record AsksRate(long organizationId, int perSecond) implements Step {}

        /// Nothing was done yet: there is no room, unless the socket takes over a call that runs. It is to be heard first, without a
        /// connection and without a turn.
        record AsksSession(long organizationId) implements Step {}
    }

    /// A few of one organisation at a time, so that a flood of one has not all the connections.
    Decision offered(
            CallEvent.Offered event, @Nullable CallKeys keys, Greeting greeting, Source source, InstantSource clock) {
        try {
            long owner = owners.ofAgent(event.agentDigest(), TURN);
            Offer offer = new Offer(event, keys, source, clock, deadline(event, greeting), false, null);
            Step step = turns.take(owner, TURN, () -> step(offer));
            if (step instanceof Step.AsksSession(long organizationId)) {
                Offer heard = offer.heard(reconnects.hear(organizationId, greeting));
                step = turns.take(owner, TURN, () -> step(heard));
            }
            if (owner != Owners.NOBODY) {
                owners.remember(event.callId(), owner);
            }
            return ((Step.Decided) step).decision();
        } catch (InterruptedException stopping) {
            throw NotNowException.stopping(stopping);
        }
    }

    /// Its gateway's clock may be ahead: what has waited for so long with us is over, whatever that says.
    private Instant deadline(CallEvent.Offered event, Greeting greeting) {
        return greeting.age().compareTo(handshakeTimeout) < 0 ? event.at().plus(handshakeTimeout) : Instant.MIN;
    }

    private Step step(Offer offer) {
        Step step = step(offer, Optional.empty());
        return step instanceof Step.AsksRate(long organizationId, int perSecond)
                ? step(offer, Optional.of(ask(organizationId, perSecond)))
                : step;
    }

    private boolean ask(long organizationId, int perSecond) {
        try {
            return rates.ask(organizationId, perSecond);
        } catch (InterruptedException stopping) {
            throw NotNowException.stopping(stopping);
        }
    }

    /// @param admission whether the organisation's rate has one for it, where that was asked
    private Step step(Offer offer, Optional<Boolean> admission) {
        CallEvent.Offered event = offer.event();
        return database.inTransaction(connection -> {
            RunRows.Known known = RunRows.known(connection, event.callId().value());
            Optional<Agents.Callable> agent = Agents.findForCall(connection, event.agentDigest());
            Verdicts.Admission facts = facts(connection, event, agent);
            Instant deadline = offer.deadline();
            if (States.of(known) instanceof RunMachine.State.Unknown && facts.mayTakeOver() && agent.orElseThrow().runningCalls() > 0) {
                long organizationId = agent.get().organizationId();
                if (!offer.heard() && !offer.clock().instant().isAfter(deadline)) {
                    return new Step.AsksSession(organizationId);
                }
                CallEvent.Started start = offer.start();
                if (start != null && Facts.isRunning(connection, organizationId, provider(event), start)) {
                    facts = facts.takingOver();
                }
            }
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
            Instant now = offer.clock().instant();
            var step = RunMachine.offered(States.of(known), new Input.Offered(facts, now, deadline));
            Decision decision = switch (step.effects().getFirst()) {
                case Effect.Refuse(Refusal refusal) -> {
                    RefusedCalls.remember(connection, event.callId().value(), refusal.failure().name(), now);
                    yield Decision.refused(event.callId(), event.slot(), refusal);
                }
                case Effect.Create() -> create(connection, offer, now, agent.orElseThrow(), Optional.empty());
                case Effect.CreateFailed(Refusal refusal) ->
                    create(connection, offer, now, agent.orElseThrow(), Optional.of(refusal));
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
            Connection connection, Offer offer, Instant now, Agents.Callable agent, Optional<Refusal> refusal) throws SQLException {
        CallEvent.Offered event = offer.event();
        String provider = provider(event);
        Contexts contexts = Contexts.offered(event, provider, agent.templateContextVariables());
        Optional<RunRow> inserted = RunRows.insert(
                connection,
                new RunRows.NewRun(
                        event.callId().value(), agent, provider, event.slot(), contexts.initial(), contexts.gathered(),
                        contexts.logs(), event.at(), now, price(agent)));
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
            run.created(now);
            if (refusal.isPresent()) {
                run.fail(refusal.get(), now);
            }
            return run.decision(Socket.WAITS);
        });
    }
}
