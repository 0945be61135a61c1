package io.agentstream.dev.embedded;

/// An embedded server could not be started. The message is a sentence for the person at the terminal.
public final class StartFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartFailedException(String message) {
        super(message);
    }

    StartFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
