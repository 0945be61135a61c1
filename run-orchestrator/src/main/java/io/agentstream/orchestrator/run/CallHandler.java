package io.agentstream.orchestrator.run;

import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.schemas.CallEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles one record from its reading to the acknowledged answer: decides, asks the provider, publishes. Handling it again is
/// harmless. Any thread, but one call's records one after the other; blocks.
final class CallHandler {

    private static final Logger log = LoggerFactory.getLogger(CallHandler.class);

    private final RunDecisions decisions;
    private final Sessions sessions;
    private final Publisher publisher;
    private final HangUps hangUps;
    private final RunMetrics metrics;
    private final InstantSource clock;
    private final Duration margin;

    /// @param margin how long before the gateway's deadline the provider must have answered, so that the verdict on a silent
    ///     provider reaches the gateway before the gateway loses patience by itself
    CallHandler(
            RunDecisions decisions,
            Sessions sessions,
            Publisher publisher,
            HangUps hangUps,
            RunMetrics metrics,
            InstantSource clock,
            Duration margin) {
        this.decisions = decisions;
        this.sessions = sessions;
        this.publisher = publisher;
        this.hangUps = hangUps;
        this.metrics = metrics;
        this.clock = clock;
        this.margin = margin;
    }

    /// The margin that suits a handshake of that length.
    static Duration margin(Duration handshakeTimeout) {
        Duration part = handshakeTimeout.dividedBy(5);
        return part.compareTo(Duration.ofSeconds(1)) < 0 ? part : Duration.ofSeconds(1);
    }

    /// @throws NotNowException where Kafka or this process is not able to; the database's failures come through as they are
    void handle(Incoming incoming) throws InterruptedException {
        switch (incoming) {
            case Incoming.Lifecycle(CallEvent event, Source source) -> handle(event, source);
            case Incoming.Conversation said -> decisions.said(said.event(), said.source());
        }
    }

    private void handle(CallEvent event, Source source) throws InterruptedException {
        switch (event) {
            case CallEvent.Offered offered -> {
                if (offered.refusal() == null) {
                    long startNs = System.nanoTime();
                    announce(decisions.offered(offered, source, clock.instant()));
                    metrics.admission().record(System.nanoTime() - startNs, TimeUnit.NANOSECONDS);
                }
            }
            case CallEvent.Started started -> {
                Optional<ProofPlan> plan = decisions.plan(started);
                if (plan.isPresent()) {
                    Verdicts.Session session = ask(started, plan.get());
                    announce(decisions.started(started, plan.get(), session, source, clock.instant()));
                }
            }
            case CallEvent.Ended ended -> announce(decisions.ended(ended, source));
            case CallEvent.Alive alive -> {} // the loop keeps them together
        }
    }

    /// Asks the provider, where its answer can make a difference.
    private Verdicts.Session ask(CallEvent.Started started, ProofPlan plan) {
        Optional<Account> account = plan.domain().account();
        Optional<String> session = Contexts.session(started);
        boolean worthIt = plan.due()
                && plan.domain().verdict() instanceof Verdicts.Domain.Usable
                && Contexts.identified(started);
        Duration left = Duration.between(clock.instant(), plan.deadline()).minus(margin);
        if (!worthIt || account.isEmpty() || session.isEmpty() || !left.isPositive()) {
            return Verdicts.Session.NOT_ASKED;
        }
        long startNs = System.nanoTime();
        try {
            return sessions.check(account.get(), session.get(), startNs + left.toNanos());
        } finally {
            metrics.proof().record(System.nanoTime() - startNs, TimeUnit.NANOSECONDS);
        }
    }

    /// Publishes a decision and does what follows from it.
    void announce(Decision decision) throws InterruptedException {
        if (decision.isEmpty()) {
            return;
        }
        publisher.publish(decision);
        decision.hangUp().ifPresent(hangUps::order);
        metrics.decided(decision);
        log.atInfo()
                .addKeyValue("run", decision.runName() == null ? "none" : decision.runName())
                .addKeyValue("call", decision.callId())
                .addKeyValue("outcome", decision.outcome())
                .addKeyValue("repeated", decision.repeated())
                .log("decided");
    }
}
