package io.agentstream.calllog;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file that is made of a call's log while somebody takes it, in pieces of some tens of kilobytes. One thread at a time.
public interface CallBytes extends Closeable {

    /// The next bytes, which may be none where much had to be read for nothing; null behind the last.
    ///
    /// @throws IOException where the log cannot be read any further, in a sentence: what was given out is no whole file then
    byte @Nullable [] next() throws IOException;
}
