package io.agentstream.gateway.socket;

import io.agentstream.schemas.Failure;

/// Whose doing it is that a call failed before it talked, and who is to be refused where it happens too often.
///
/// A telephony provider calls for all tenants from a few addresses. What one tenant has set up badly must not take them away from
/// the others, so that an address answers only for what the peer itself does wrong.
enum Blame {
    ADDRESS,
    AGENT,
    NOBODY;

    /// @param proven whether calls of the address have talked of late. Of another one nobody knows whether it is a caller who hangs
    ///        up, or a tenant's number that leads to a deleted agent: it may as well be a stranger who guesses
    static Blame of(Failure failure, boolean proven) {
        return switch (failure) {
            case MISSING_PROVIDER, UNKNOWN_PROVIDER, UNSUPPORTED_PROVIDER, EXPECTED_CONNECTED, EXPECTED_START,
                    MISSING_STREAM_IDENTIFIERS, HANDSHAKE_TIMEOUT, BINARY_MESSAGE, MALFORMED_MESSAGE, MESSAGE_TOO_BIG,
                    TOO_MANY_MESSAGES, PEER_STALLED, PROTOCOL_ERROR -> ADDRESS;
            case WORKFLOW_NOT_FOUND -> proven ? AGENT : ADDRESS;
            case SUSPENDED, QUOTA_EXCEEDED, CONCURRENCY_LIMIT, MISSING_DOMAIN, UNKNOWN_DOMAIN, MISSING_BEARER_TOKEN, UNSUPPORTED_MEDIA,
                    SESSION_INVALID, OTHER -> AGENT;
            case ABANDONED -> proven ? NOBODY : ADDRESS;
            case INTERNAL_ERROR, TRY_AGAIN_LATER -> NOBODY;
        };
    }
}
