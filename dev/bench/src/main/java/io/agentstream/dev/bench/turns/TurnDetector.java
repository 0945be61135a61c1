package io.agentstream.dev.bench.turns;

import java.util.List;

/// What is put to the test: hears a caller's line, and says when it took the caller's turn to begin and to end.
@FunctionalInterface
interface TurnDetector {

    /// Scenes of one call come one after the other, with no other between them.
    ///
    /// @return verdicts in order
    List<Verdict> hear(Scene scene);

    enum What {
        /// An agent that speaks falls silent.
        SILENT,
        /// It goes on where it stopped.
        GOES_ON,
        /// It has lost the floor: the caller's turn has begun.
        BEGINS,
        /// The caller's turn is over.
        ENDS
    }

    /// @param knownAtMs how much of the line had been heard when it was known
    record Verdict(What what, long knownAtMs) {}
}
