package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.runtime.KafkaTrouble;
import org.apache.kafka.common.errors.InterruptException;

/// What a failed send means to whoever wanted to say something: only what waiting mends is tried again, and only a record that is
/// too large is that record's own fault. With a producer that cannot go on, nothing can be said any more. Any thread.
final class SendFailures {

    private SendFailures() {}

    static RuntimeException meaning(Throwable failure) {
        if (failure instanceof InterruptException) { // we are being stopped; the thread stays interrupted
            return new NotNowException("interrupted while a decision was said", failure);
        }
        return switch (KafkaTrouble.of(failure)) {
            case AWAY -> new NotNowException("Kafka does not take a decision", failure);
            case TOO_LARGE -> new UndeliverableException("a decision is too large for its topic", failure);
            case REFUSED -> new RefusedByKafkaException("Kafka does not let us write", failure);
            case FATAL -> new RefusedByKafkaException("we cannot write to Kafka any more", failure);
        };
    }
}
