package io.agentstream.worker.service.wire;

import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Ear;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is a vendor's own of hearing over a WebSocket. Any thread.
public interface EarDialect {

    URI url();

    Map<String, String> proof(Secret key);

    /// What is said before anything else.
    default List<String> opening() {
        return List.of();
    }

    /// The message that audio is carried in; null where it goes as it is.
    default @Nullable String audio(Slice muLaw) {
        return null;
    }

    /// For one connection.
    ///
    /// @param offsetMs how much audio was sent over the ones before it
    Hearing hearing(long offsetMs, EarTurn turn);

    /// One connection.
    interface Hearing {

        /// Takes what the service says. One thread.
        void read(String message) throws ServiceException;

        /// The message that asks for the rest of what was heard; null where there is none.
        @Nullable String finish();

        /// How long the service may still be waited for at the end of a turn, when [Ear#FINISH_LIMIT_MS] have passed: not at all, unless it is known
        /// to be at something that was said. Any thread.
        default int moreMs() {
            return 0;
        }

        /// How long a pause of the audio is before [#idle] is asked.
        int idleMs();

        /// What to send in a pause.
        Idle idle();

        /// The message that says goodbye; null where there is none.
        @Nullable String bye();
    }

    /// What keeps a connection, or a turn, going.
    sealed interface Idle {
        record Nothing() implements Idle {}

        record Text(String message) implements Idle {}

        record Audio(Slice muLaw) implements Idle {}
    }
}
