package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Place;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what follows from a decision that is committed: says it, and orders what the provider is to do. Any thread; blocks
/// until Kafka has acknowledged it.
public final class Announcer {

    private static final Logger log = LoggerFactory.getLogger(Announcer.class);

    /// How old a decision may be when it is said. Less than the session timeout of our group: a process that was frozen for longer
    /// than this may have lost its partitions, and what it decided before may have been overtaken by others.
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Publisher publisher;
    private final Bell hangUps;
    private final Unsaid unsaid;
    private final Said said;
    private final Metrics metrics;
    private final InstantSource clock;
    private final Runnable onDecided;

    /// What it works with.
    ///
    /// @param hangUps rung when there is something for the provider to do
    public record Hands(Publisher publisher, Bell hangUps, Unsaid unsaid, Said said) {}

    public Announcer(Hands hands, Metrics metrics, InstantSource clock) {
        this(hands, metrics, clock, () -> {});
    }

    /// @param onDecided told after each decision that is said: somebody else may have something to send
    public Announcer(Hands hands, Metrics metrics, InstantSource clock, Runnable onDecided) {
        this.onDecided = onDecided;
        this.publisher = hands.publisher();
        this.hangUps = hands.hangUps();
        this.unsaid = hands.unsaid();
        this.said = hands.said();
        this.metrics = metrics;
        this.clock = clock;
    }

    /// Whether a gateway can have that slot.
    public boolean isSlot(int slot) {
        return publisher.isSlot(slot);
    }

    /// Says a decision, and before it whatever else of its run may not have been said; what is said already is not said again. One
    /// that is too old is not said: it is to be asked for once more, and is then what it has become.
    ///
    /// @throws NotNowException where it is too old, or Kafka is away; some of it may have been taken
    /// @throws UndeliverableException where Kafka will never take it
    public void announce(Decision decision) throws InterruptedException {
        for (Decision other : decision.also()) {
            announce(other);
        }
        boolean inOrder = said.knows(decision.written().earlier());
        if (inOrder && decision.events().isEmpty() && decision.commands().isEmpty()) {
            return;
        }
        Instant asOf = decision.asOf();
        if (asOf != null && clock.instant().isAfter(asOf.plus(FRESH))) {
            throw new NotNowException("a decision is too old to be said", null);
        }
        // Somebody died or is not done yet; or we stood still, and somebody else has said it for us.
        boolean asWritten = inOrder && !decision.written().isOlderThan(FRESH);
        Decision left = asWritten ? decision : unsaid.of(decision.callId(), said::knows, clock);
        if (!asWritten && left.events().isEmpty()) {
            return;
        }
        say(left);
        if (decision.hangUp().isPresent()) {
            hangUps.ring();
        }
        onDecided.run();
        metrics.counter(
                        "agent_stream_orchestrator_decisions",
                        "outcome", left.outcome(),
                        "repeated", Boolean.toString(left.repeated()))
                .increment();
        log.atInfo()
                .addKeyValue("run", left.runName() == null ? "none" : left.runName())
                .addKeyValue("call", decision.callId())
                .addKeyValue("outcome", left.outcome())
                .addKeyValue("repeated", left.repeated())
                .log("decided");
    }

    /// The same for who has nobody to give it back to: what cannot be said now stands in the outbox.
    ///
    /// @param what it is about, for the log
    /// @return whether it is said; who has more of the kind leaves those too where it is not, or waits for Kafka with each of them
    public boolean announceOrLeave(Decision decision, String what) {
        try {
            announce(decision);
            return true;
        } catch (NotNowException | UndeliverableException | RefusedByKafkaException | DatabaseException notNow) {
            log.atWarn().addKeyValue("call", decision.callId()).addKeyValue("failure", Causes.of(notNow)).log(what + " is not said yet");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void say(Decision decision) throws InterruptedException {
        try {
            Optional<Place> place = decision.isEmpty() ? Optional.empty() : publisher.publish(decision);
            said.add(decision.written().says(), place.orElse(null));
        } catch (UndeliverableException never) {
            said.never(decision.written().says(), "undeliverable");
            throw never;
        }
    }
}
