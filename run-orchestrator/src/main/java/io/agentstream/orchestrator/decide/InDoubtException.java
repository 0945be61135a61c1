package io.agentstream.orchestrator.decide;

/// Nobody knows whether a caller was brought away whose call has ended: nothing is decided yet.
final class InDoubtException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InDoubtException() {
        super("whether the caller was brought away is not known", null, false, false);
    }
}
