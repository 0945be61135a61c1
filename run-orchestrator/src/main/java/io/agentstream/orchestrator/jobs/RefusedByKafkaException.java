package io.agentstream.orchestrator.jobs;

/// Kafka does not let this process write, because its rights or its version are wrong, or its producer cannot go on: nothing that it
/// decides can be said.
/// The process ends with it, because waiting would look like a Kafka that is away, for ever.
public final class RefusedByKafkaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedByKafkaException(String message, Throwable cause) {
        super(message, cause);
    }
}
