package io.agentstream.calllog;

import io.agentstream.schemas.Topic;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where one call's records come from: Kafka, or a file. Any thread may open readings; each is one thread's.
public interface CallSource {

    /// The call's records on one topic, in the order of the topic.
    ///
    /// @throws IOException where the topic cannot be read, in a sentence
    Records open(Topic<?> topic) throws IOException;

    /// A reading. Blocks while the source brings nothing, with a bound.
    interface Records extends AutoCloseable {

        /// The next record; null behind the last.
        ///
        /// @throws IOException where the source does not answer any more, in a sentence
        @Nullable LogRecord next() throws IOException;

        /// That records which the call may have had here were deleted: nothing while there is no sign of it. Known once the reading
        /// is open.
        Optional<String> deleted();

        @Override
        void close();
    }
}
