package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.decide.Begun;
import io.agentstream.orchestrator.decide.Contexts;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Margin;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.ProofPlan;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.erase.SealedCalls;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.TransferDoubts;
import io.agentstream.orchestrator.liveness.Attendance;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.RunEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Handles one record from its reading to the acknowledged answer: decides, asks the provider, publishes. Handling it again is
/// harmless. Any thread, but one call's records one after the other; blocks.
public final class CallHandler {

    private static final Duration OLD = Duration.ofMinutes(1);

    private final RunDecisions decisions;
    private final Sessions sessions;
    private final Announcer announcer;
    private final InstantSource clock;
    private final Duration handshakeTimeout;
    private final Duration margin;
    private final Timer admission;
    private final Timer proof;
    private final Counter unbelieved;
    private final SealedCalls sealed;
    private final TransferDoubts doubts;
    private final Attendance attendance;
    private final FaultCounters faults;
    private final Greetings greetings;
    private final OverBefore over = new OverBefore();

    /// @param handshakeTimeout how long the gateway waits for an answer. The provider must have answered a margin before, so that the
    ///     verdict on a silent provider reaches the gateway before the gateway loses patience by itself
    /// @param sealed opens what is sealed
    /// @param greetings of whoever reads the records
    /// @param doubts finds out what became of a caller who may have been brought away
    /// @param attendance knows of conversations that are not kept yet
    public CallHandler(
            RunDecisions decisions,
            Sessions sessions,
            Announcer announcer,
            Metrics metrics,
            InstantSource clock,
            Duration handshakeTimeout,
            SealedCalls sealed,
            Greetings greetings,
            TransferDoubts doubts,
            Attendance attendance) {
        this.sealed = sealed;
        this.greetings = greetings;
        this.doubts = doubts;
        this.attendance = attendance;
        this.faults = new FaultCounters(metrics);
        this.decisions = decisions;
        this.sessions = sessions;
        this.announcer = announcer;
        this.clock = clock;
        this.handshakeTimeout = handshakeTimeout;
        this.margin = Margin.of(handshakeTimeout);
        this.admission = metrics.timer("agent_stream_orchestrator_admission"); // from reading to the acknowledged answer, without waits for the peer
        this.proof = metrics.timer("agent_stream_orchestrator_proof"); // how long the provider took to answer
        this.unbelieved = metrics.counter("agent_stream_orchestrator_events_not_believed"); // of workers that had lost the call
    }

    /// @param ours whether the record's partition is still this process's
    /// @throws NotNowException where Kafka or this process is not able to; the database's failures come through as they are
    void handle(Incoming incoming, BooleanSupplier ours) throws InterruptedException {
        switch (incoming) {
            case Incoming.Lifecycle(CallEvent event, Source source) -> handle(event, source, ours);
            case Incoming.Conversation(ConversationEvent event, Source source) -> {
                if (!decisions.said(sealed.open(event), source)) {
                    unbelieved.increment();
                }
            }
        }
    }

    private void handle(CallEvent written, Source source, BooleanSupplier ours) throws InterruptedException {
        CallKeys keys = null;
        if (written instanceof CallEvent.Offered offered && offered.refusal() == null) {
            keys = sealed.wrapped(offered).orElse(null);
        }
        if (keys == null && written instanceof CallEvent.Offered offered && waitsForKeys(offered)) {
            throw new NotNowException("the call's key is not there yet", null);
        }
        CallEvent event = sealed.open(written);
        if (event instanceof CallEvent.Offered offered && offered.sealed() != null && isNew(offered) && isHopeless(keys)) {
            throw new UnusableRecordException("the call's key is missing"); // and the gateway's patience ends the call
        }
        handle(event, keys, source, ours);
    }

    /// As long as its gateway waits for an answer, and no longer by our own clock either: that of a gateway may be ahead, by hours, and
    /// nothing behind the offer is committed meanwhile. Then it is decided on without what is sealed, and is a run that failed.
    private boolean waitsForKeys(CallEvent.Offered offered) {
        return offered.sealed() != null
                && offered.refusal() == null
                && sealed.mayCome()
                && greetings.age(offered.callId()).compareTo(handshakeTimeout) < 0
                && clock.instant().isBefore(offered.at().plus(handshakeTimeout));
    }

    /// Whether waiting does not mend it: no key of the installation's is here, or another one.
    private boolean isHopeless(@Nullable CallKeys keys) {
        return keys != null || !sealed.mayCome();
    }

    /// One that is old is of a call that is over: it is decided on without what is sealed, and changes nothing any more.
    private boolean isNew(CallEvent.Offered offered) {
        return offered.refusal() == null && Duration.between(offered.at(), clock.instant()).compareTo(OLD) < 0;
    }

    private void handle(CallEvent event, @Nullable CallKeys keys, Source source, BooleanSupplier ours) throws InterruptedException {
        switch (event) {
            case CallEvent.Offered offered -> {
                if (offered.refusal() != null) {
                    over.refused(offered.callId());
                } else {
                    if (!announcer.isSlot(offered.slot())) {
                        throw new UnusableRecordException("nobody can be told: there is no slot " + offered.slot());
                    }
                    long startNs = System.nanoTime();
                    Greetings.Waiting greeting = greetings.of(offered.callId());
                    Decision decision = decisions.offered(offered, keys, greeting, source, clock);
                    announcer.announce(decision);
                    over.said(decision);
                    admission.record(System.nanoTime() - startNs - greeting.waitedNs(), TimeUnit.NANOSECONDS);
                }
            }
            case CallEvent.Started started when over.isKnown(started.callId()) -> {}
            case CallEvent.Started started -> {
                Optional<ProofPlan> plan = decisions.plan(started);
                if (plan.isPresent()) {
                    announcer.announce(decisions.started(ask(started, plan.get()), source, clock));
                }
            }
            case CallEvent.Ended ended when over.isDone(ended.callId()) -> {}
            case CallEvent.Ended ended -> {
                long readMs = clock.millis();
                Decision decision = decisions.endedIfKnown(ended, source, attendance.known(ended.callId())).orElseGet(() -> {
                    doubts.settle(ended);
                    Begun begun = attendance.awaited(ended.callId(), source.partition(), readMs, ours);
                    return decisions.ended(ended, source, begun);
                });
                faults.count(decision);
                announcer.announce(decision);
            }
            case CallEvent.Alive alive -> {} // the loop keeps them together
        }
    }

    /// Asks the provider, where its answer can make a difference.
    private ProofPlan.Answered ask(CallEvent.Started started, ProofPlan plan) {
        Optional<Account> account = plan.domain().account();
        Optional<String> session = Contexts.session(started);
        boolean worthIt = plan.due()
                && plan.domain().verdict() instanceof Verdicts.Domain.Usable
                && Contexts.identified(started)
                && started.mediaFormat().spoken();
        Duration left = Duration.between(clock.instant(), plan.deadline()).minus(margin);
        if (!worthIt || account.isEmpty() || session.isEmpty() || !left.isPositive()) {
            return plan.answered(started, Verdicts.Session.NOT_ASKED);
        }
        long startNs = System.nanoTime();
        SessionAnswer answer;
        try {
            answer = sessions.check(account.get(), session.get(), startNs + left.toNanos());
        } finally {
            proof.record(System.nanoTime() - startNs, TimeUnit.NANOSECONDS);
        }
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        return new ProofPlan.Answered(
                started, plan, answer.verdict(),
                answer.tries() == 0
                        ? null
                        : new RunEvent.SessionCheck(answer.verdict() == Verdicts.Session.LIVE, answer.status(), ms, answer.tries()));
    }
}
