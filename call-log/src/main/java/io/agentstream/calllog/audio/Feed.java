package io.agentstream.calllog.audio;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Records of a call, one after the other, nothing of them sealed any more. One thread.
@FunctionalInterface
public interface Feed<T> {

    /// The next one; null behind the last.
    ///
    /// @throws IOException where the log cannot be read any further, in a sentence
    @Nullable T next() throws IOException;
}
