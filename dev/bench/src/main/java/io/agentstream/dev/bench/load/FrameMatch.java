package io.agentstream.dev.bench.load;

/// How a caller knows its own audio again.
public enum FrameMatch {
    /// Byte for byte.
    EXACT,
    /// By loud and quiet stretches, which survive another codec, another rate and another cut into messages.
    TOLERANT
}
