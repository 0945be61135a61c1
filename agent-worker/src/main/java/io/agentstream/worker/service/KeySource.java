package io.agentstream.worker.service;

import io.agentstream.runtime.Secret;

/// Where an adapter gets the key of a service at the moment in which it connects. It keeps it no longer than that takes.
@FunctionalInterface
public interface KeySource {

    /// Any thread; may block for a short while.
    ///
    /// @throws RuntimeException where there is none: to the conversation that is [ServiceFailure.Refused]
    Secret key();
}
