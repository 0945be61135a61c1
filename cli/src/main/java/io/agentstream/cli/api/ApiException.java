package io.agentstream.cli.api;

import java.io.IOException;

/// The API did not do what was asked. The message is a sentence or two for a person: what is wrong, and what to do.
public final class ApiException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /// @param status of the answer; 0 where there was none
    ApiException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }

    /// Whether the same may go well a moment later: the network, a restart, too much at once.
    public boolean isPassing() {
        return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
    }
}
