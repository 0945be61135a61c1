package io.agentstream.orchestrator.decide;

/// Nobody knows whether a caller whose call has ended was brought away, or was served: nothing is decided yet.
final class InDoubtException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InDoubtException() {
        super("whether the caller was brought away, or served, is not known", null, false, false);
    }
}
