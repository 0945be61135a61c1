package io.agentstream.orchestrator.store;

/// Who changes something, and from where: what the audit log remembers of it. `address`: without a port.
public sealed interface Who {

    /// Somebody with an API key of the organisation.
    record Key(long userId, long keyId, String address) implements Who {}

    /// Somebody with the installation's operator key.
    record Operator(String address) implements Who {}

    /// Somebody at the installation's own command line.
    record Command() implements Who {}

    /// This service itself, by what somebody else said or did not do.
    record Service() implements Who {}
}
