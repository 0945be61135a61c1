package io.agentstream.dev.bench.load;

/// What a load's frames are.
public enum FrameKind {
    /// JSON messages with base64 audio, as Twilio and Cloudonix send them.
    TWILIO,
    /// Binary messages with 20 ms of mu-law each, and nothing around them.
    MULAW_BINARY
}
