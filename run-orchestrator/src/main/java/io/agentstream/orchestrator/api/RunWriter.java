package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Runs;

/// A form in which runs are answered one after another. Any thread.
interface RunWriter {

    /// The whole Content-Type.
    String type();

    /// What stands before the first run.
    byte[] start();

    byte[] line(Runs.Run run);
}
