package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.runtime.KafkaTrouble;

/// What a failed send means to whoever wanted to say something: only what waiting mends is tried again. Any thread.
final class SendFailures {

    private SendFailures() {}

    static RuntimeException meaning(Throwable failure) {
        return switch (KafkaTrouble.of(failure)) {
            case AWAY -> new NotNowException("Kafka does not take a decision", failure);
            case TOO_LARGE -> new UndeliverableException("a decision is too large for its topic", failure);
            case REFUSED -> new RefusedByKafkaException("Kafka does not let us write", failure);
            case FATAL -> new IllegalStateException("Kafka will never take a decision", failure);
        };
    }
}
