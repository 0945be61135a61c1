package io.agentstream.runtime;

/// A server cannot listen where it is to. Its message is a sentence for a person.
public final class PortTakenException extends IllegalStateException {

    private final int port;

    PortTakenException(String sentence, int port, Throwable cause) {
        super(sentence, cause);
        this.port = port;
    }

    public int port() {
        return port;
    }
}
