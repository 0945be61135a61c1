package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

/// Whose doing it was that a call came to its end. How it ended is [End] or [Failure], what it achieved is the run's `outcome`.
public enum DisconnectedBy {
    CALLER,
    AGENT,
    /// The telephone company: it opened another socket for the call, or did not keep to the protocol.
    PROVIDER,
    /// Whoever runs this installation: a gateway was drained, an organisation suspended.
    OPERATOR,
    /// A limit: of time, of silence, of money, of concurrent calls.
    LIMIT,
    /// This system: a fault, a wrong configuration, a gateway that went away.
    SYSTEM,
    /// Somebody whom only a newer writer knows.
    @JsonEnumDefaultValue
    OTHER;

    /// Of a call that ended as calls do.
    public static DisconnectedBy of(End end) {
        return switch (end) {
            case CALLER_HANGUP -> CALLER;
            case AGENT_HANGUP, TRANSFERRED -> AGENT;
            case MAX_DURATION, IDLE, CREDITS -> LIMIT;
            case DRAINED -> OPERATOR;
            case REPLACED -> PROVIDER;
            case LOST -> SYSTEM;
            case OTHER -> OTHER;
        };
    }

    /// Of a call that was refused or broke.
    public static DisconnectedBy of(Failure failure) {
        return switch (failure) {
            case ABANDONED -> CALLER;
            case QUOTA_EXCEEDED, CONCURRENCY_LIMIT, TRY_AGAIN_LATER -> LIMIT;
            case SUSPENDED -> OPERATOR;
            case MISSING_PROVIDER, UNKNOWN_PROVIDER, UNSUPPORTED_PROVIDER, MISSING_DOMAIN, EXPECTED_CONNECTED, EXPECTED_START,
                    MISSING_STREAM_IDENTIFIERS, UNSUPPORTED_MEDIA, SESSION_INVALID, HANDSHAKE_TIMEOUT, BINARY_MESSAGE,
                    MALFORMED_MESSAGE, MESSAGE_TOO_BIG, TOO_MANY_MESSAGES, PEER_STALLED, PROTOCOL_ERROR -> PROVIDER;
            case WORKFLOW_NOT_FOUND, UNKNOWN_DOMAIN, MISSING_BEARER_TOKEN, INTERNAL_ERROR -> SYSTEM;
            case OTHER -> OTHER;
        };
    }
}
