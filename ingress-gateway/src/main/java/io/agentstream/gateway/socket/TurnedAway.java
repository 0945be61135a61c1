package io.agentstream.gateway.socket;

/// Why a socket is turned away before it is one.
enum TurnedAway {
    /// Its address was refused too often of late.
    ADDRESS_RATE(429),
    /// Its address called agents too often of late that there are not; said to those only of which it is not known whose they are.
    UNKNOWN_AGENTS(429),
    /// Too many of all addresses were refused of late.
    RATE(503),
    /// Its agent's calls failed too often of late.
    AGENT_RATE(429),
    /// All agents' of its organisation together failed too often of late, or began too often.
    TENANT_RATE(429),
    /// Its address has too many sockets that are refused and not closed.
    ADDRESS_SOCKETS(429),
    /// There are too many sockets.
    SOCKETS(503);

    final int status;

    TurnedAway(int status) {
        this.status = status;
    }
}
