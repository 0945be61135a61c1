package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.runtime.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what follows from a decision that is committed: says it, and orders what the provider is to do. Any thread; blocks
/// until Kafka has acknowledged it.
public final class Announcer {

    private static final Logger log = LoggerFactory.getLogger(Announcer.class);

    private final Publisher publisher;
    private final HangUps hangUps;
    private final Metrics metrics;

    public Announcer(Publisher publisher, HangUps hangUps, Metrics metrics) {
        this.publisher = publisher;
        this.hangUps = hangUps;
        this.metrics = metrics;
    }

    /// @throws io.agentstream.orchestrator.decide.NotNowException where Kafka does not take it; some of it may have been taken
    public void announce(Decision decision) throws InterruptedException {
        if (decision.isEmpty()) {
            return;
        }
        publisher.publish(decision);
        decision.hangUp().ifPresent(hangUps::order);
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
