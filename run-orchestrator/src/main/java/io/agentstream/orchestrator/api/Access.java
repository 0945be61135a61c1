package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Scope;

/// Whom a route is for. Each route says it, so that none is open by oversight.
enum Access {
    /// Keys of any scope, to look.
    READ,
    /// Keys that may change agents, configurations and calls.
    WRITE,
    /// Keys that may change who else has a key, and what becomes of the organisation's data.
    ADMIN,
    /// The installation's operator, and no tenant.
    OPERATOR;

    /// Whether a tenant's key of this scope opens it.
    boolean opensFor(Scope scope) {
        return switch (this) {
            case READ -> scope.allows(Scope.READ);
            case WRITE -> scope.allows(Scope.WRITE);
            case ADMIN -> scope.allows(Scope.ADMIN);
            case OPERATOR -> false;
        };
    }
}
