package io.agentstream.orchestrator.decide;

import org.jspecify.annotations.Nullable;

/// Something outside that a record's handling needs is away; the same record may be handled later.
public final class NotNowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotNowException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// Of a thread that was interrupted because this process is stopping. It stays so.
    public static NotNowException stopping(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new NotNowException("stopping", interrupted);
    }
}
