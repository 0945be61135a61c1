package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.runtime.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
    private final HangUps hangUps;
    private final Metrics metrics;
    private final InstantSource clock;
    private final Runnable onDecided;

    public Announcer(Publisher publisher, HangUps hangUps, Metrics metrics, InstantSource clock) {
        this(publisher, hangUps, metrics, clock, () -> {});
    }

    /// @param onDecided told after each decision that is said: somebody else may have something to send
    public Announcer(Publisher publisher, HangUps hangUps, Metrics metrics, InstantSource clock, Runnable onDecided) {
        this.onDecided = onDecided;
        this.publisher = publisher;
        this.hangUps = hangUps;
        this.metrics = metrics;
        this.clock = clock;
    }

    /// Whether a gateway can have that slot.
    public boolean isSlot(int slot) {
        return publisher.isSlot(slot);
    }

    /// Says a decision. One that is too old is not said: it is to be asked for once more, and is then what it has become.
    ///
    /// @throws NotNowException where it is too old, or Kafka is away; some of it may have been taken
    /// @throws UndeliverableException where Kafka will never take it
    public void announce(Decision decision) throws InterruptedException {
        if (decision.isEmpty()) {
            return;
        }
        Instant asOf = decision.asOf();
        if (asOf != null && clock.instant().isAfter(asOf.plus(FRESH))) {
            throw new NotNowException("a decision is too old to be said", null);
        }
        publisher.publish(decision);
        decision.hangUp().ifPresent(hangUps::order);
        onDecided.run();
        metrics.counter(
                        "agent_stream_orchestrator_decisions",
                        "outcome", decision.outcome(),
                        "repeated", Boolean.toString(decision.repeated()))
                .increment();
        log.atInfo()
                .addKeyValue("run", decision.runName() == null ? "none" : decision.runName())
                .addKeyValue("call", decision.callId())
                .addKeyValue("outcome", decision.outcome())
                .addKeyValue("repeated", decision.repeated())
                .log("decided");
    }
}
