package io.agentstream.orchestrator.run;

import org.jspecify.annotations.Nullable;

/// Something outside that a record's handling needs is away; the same record may be handled later.
final class NotNowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotNowException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
