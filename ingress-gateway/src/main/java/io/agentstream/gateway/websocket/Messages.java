package io.agentstream.gateway.websocket;

/// Takes what a [FrameReader] finds, in order. The bytes belong to the reader and are only valid during the call.
public interface Messages {

    /// A complete text message, unmasked, valid UTF-8.
    void text(byte[] bytes, int from, int to);

    /// A ping; the answer is a pong with the same bytes, at most 125.
    void ping(byte[] bytes, int from, int to);

    /// A frame that says nothing by itself: a pong, or a part of a message.
    void other();

    /// The peer's close frame; nothing comes after it.
    ///
    /// @param code the peer's code, or [CloseCodes#NO_CODE]
    void close(int code);

    /// The peer sent what we do not take. Nothing but a close frame comes after it.
    void broken(Breach breach);

    /// What a peer can do wrong with frames.
    enum Breach {
        BINARY,
        TOO_BIG,
        NOT_UTF8,
        PROTOCOL
    }
}
