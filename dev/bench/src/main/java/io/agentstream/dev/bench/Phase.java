package io.agentstream.dev.bench;

import java.io.IOException;
import java.time.Duration;

/// One thing that is measured, open and ready. Closing it ends its processes.
interface Phase<S> extends AutoCloseable {

    /// Measures with so many calls for so long.
    S measure(int calls, Duration length) throws IOException, InterruptedException;

    @Override
    void close();
}
