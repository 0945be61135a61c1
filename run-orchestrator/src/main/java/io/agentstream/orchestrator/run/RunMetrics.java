package io.agentstream.orchestrator.run;

import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;

/// What is counted about decisions. Any thread.
final class RunMetrics {

    private static final String PREFIX = "agent_stream_orchestrator_";

    private final Metrics metrics;
    private final Timer admission;
    private final Timer proof;
    private final Counter retries;
    private final Counter reaped;
    private final Counter hangUpsDone;
    private final Counter hangUpsGivenUp;

    RunMetrics(Metrics metrics) {
        this.metrics = metrics;
        this.admission = metrics.timer(PREFIX + "admission");
        this.proof = metrics.timer(PREFIX + "proof");
        this.retries = metrics.counter(PREFIX + "retries");
        this.reaped = metrics.counter(PREFIX + "reaped");
        this.hangUpsDone = metrics.counter(PREFIX + "hang_ups", "outcome", "done");
        this.hangUpsGivenUp = metrics.counter(PREFIX + "hang_ups", "outcome", "given_up");
    }

    /// From reading an offer to the acknowledged answer.
    Timer admission() {
        return admission;
    }

    /// How long the provider's API took to answer.
    Timer proof() {
        return proof;
    }

    /// Attempts at a record that have to be made again.
    Counter retries() {
        return retries;
    }

    Counter reaped() {
        return reaped;
    }

    Counter hangUpsDone() {
        return hangUpsDone;
    }

    Counter hangUpsGivenUp() {
        return hangUpsGivenUp;
    }

    void decided(Decision decision) {
        metrics.counter(
                        PREFIX + "decisions",
                        "outcome",
                        decision.outcome(),
                        "repeated",
                        Boolean.toString(decision.repeated()))
                .increment();
    }
}
