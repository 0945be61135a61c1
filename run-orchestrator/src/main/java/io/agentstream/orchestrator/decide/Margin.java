package io.agentstream.orchestrator.decide;

import java.time.Duration;

/// The part of a handshake's time that is kept for what has to come within it. Pure; any thread.
public final class Margin {

    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final int PART = 5;

    private Margin() {}

    /// A second, or a fifth of a shorter handshake.
    public static Duration of(Duration handshakeTimeout) {
        Duration part = handshakeTimeout.dividedBy(PART);
        return part.compareTo(LONGEST) < 0 ? part : LONGEST;
    }
}
