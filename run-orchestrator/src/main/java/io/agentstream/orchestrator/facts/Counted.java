package io.agentstream.orchestrator.facts;

/// A run's share as it is counted.
///
/// @param forgotten whether the run was deleted from `runs.v1`
record Counted(Share share, boolean forgotten) {

    Counted forget() {
        return new Counted(share, true);
    }
}
