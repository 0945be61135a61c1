package io.agentstream.gateway.websocket;

/// The close codes that have a meaning of their own in RFC 6455, section 7.4.
public final class CloseCodes {

    public static final int NORMAL = 1000;
    /// The peer's close frame had no code. Never on the wire.
    public static final int NO_CODE = 1005;
    /// The connection was lost without a close frame. Never on the wire.
    public static final int LOST = 1006;

    private CloseCodes() {}

    /// Whether an endpoint may send `code` in a close frame.
    static boolean sendable(int code) {
        return (code >= 3000 && code <= 4999)
                || (code >= 1000 && code <= 1014 && code != 1004 && code != NO_CODE && code != LOST);
    }
}
