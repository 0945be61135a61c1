package io.agentstream.orchestrator.jobs;

import org.jspecify.annotations.Nullable;

/// Kafka will never take what a decision has to say: another try changes nothing. The message says why and quotes nothing of it.
public final class UndeliverableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UndeliverableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
