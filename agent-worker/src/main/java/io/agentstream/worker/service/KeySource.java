package io.agentstream.worker.service;

import io.agentstream.runtime.Secret;

/// Where an adapter gets the key of a service at the moment in which it connects. It keeps it no longer than that takes.
@FunctionalInterface
public interface KeySource {

    /// Any thread; may block for a short while.
    ///
    /// @throws UnreachableException where nobody can say: to the conversation that is [ServiceFailure.Broken]
    /// @throws RuntimeException where there is none: to the conversation that is [ServiceFailure.Refused]
    Secret key();

    /// Whoever keeps the keys does not answer.
    final class UnreachableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnreachableException(Throwable cause) {
            super("keys cannot be asked for", cause);
        }
    }
}
