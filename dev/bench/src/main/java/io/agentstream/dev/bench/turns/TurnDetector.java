package io.agentstream.dev.bench.turns;

import io.agentstream.dev.simulator.caller.Speech;
import java.util.List;

/// What is put to the test: hears a caller's line and says when it took the caller's turn to begin and to end.
@FunctionalInterface
interface TurnDetector {

    /// @return verdicts in order
    List<Verdict> hear(Speech line);

    /// @param begins whether the caller's speech began; else it ended
    /// @param knownAtMs how much of the line had been heard when it was known
    record Verdict(boolean begins, long knownAtMs) {}
}
