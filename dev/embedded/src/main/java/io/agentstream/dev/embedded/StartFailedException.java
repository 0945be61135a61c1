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

    /// What the innermost cause of `failure` says: the part that a person can act on.
    static String rootOf(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }
}
