package io.agentstream.calllog;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.time.Instant;

/// One thing that stands in a call's log, or that should and does not. What is sealed is opened where the keys are there, and stays
/// sealed where they are not.
public sealed interface CallEntry {

    /// When it happened, by the clock of whoever wrote it.
    Instant at();

    /// What became of the socket.
    record Lifecycle(LogRecord record, CallEvent event) implements CallEntry {
        @Override
        public Instant at() {
            return event.at();
        }
    }

    /// What the socket brought, and what was heard.
    record Media(LogRecord record, MediaFrame frame) implements CallEntry {
        @Override
        public Instant at() {
            return Instant.ofEpochMilli(frame.atMs());
        }
    }

    /// What was decided of the run.
    record Decision(LogRecord record, RunEvent event) implements CallEntry {
        @Override
        public Instant at() {
            return event.at();
        }
    }

    /// What the conversation told.
    record Conversation(LogRecord record, ConversationEvent event) implements CallEntry {
        @Override
        public Instant at() {
            return event.at();
        }
    }

    /// What the gateway was to do.
    record Command(LogRecord record, SocketCommand command) implements CallEntry {
        @Override
        public Instant at() {
            return Instant.ofEpochMilli(record.timestampMs());
        }
    }

    /// A record that cannot be read: damaged, or of a newer version.
    record Unreadable(LogRecord record, String reason) implements CallEntry {
        @Override
        public Instant at() {
            return Instant.ofEpochMilli(record.timestampMs());
        }
    }

    /// Something is not there any more, or never came.
    ///
    /// @param at of what stands behind it
    /// @param firstSeq number of the first record that is missing, as the topic counts: the call's own number of media; of a conversation's events
    ///     their number in it; of the agent's audio that in its turn, from 0. It is 0 too where the topic does not tell
    /// @param lastSeq number of the last one that is missing, as far as the topics tell
    record Missing(Instant at, Why why, String topic, long firstSeq, long lastSeq) implements CallEntry {}

    /// Why something is missing.
    enum Why {
        /// Its retention is over, or it was erased.
        DELETED,
        /// It was never written, or lost on its way.
        LOST,
        /// Its key is destroyed, or is not ours.
        SEALED
    }
}
