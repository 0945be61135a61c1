package io.agentstream.orchestrator.intake;

/// A record can be read, but what it says cannot be: nothing may be decided on it.
final class UnusableRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableRecordException(String message) {
        super(message);
    }
}
