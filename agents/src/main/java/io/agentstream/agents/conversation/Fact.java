package io.agentstream.agents.conversation;

import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.End;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the log is to know of a conversation: an event without the things that whoever writes it adds.
public sealed interface Fact {

    /// The conversation is held by somebody.
    record Began() implements Fact {}

    record TurnStarted(int turn, Party by) implements Fact {}

    record Heard(int turn, @Nullable String digit, @Nullable Long speechMs) implements Fact {}

    /// The caller said something that was understood.
    record Understood(int turn, String text, long speechMs) implements Fact {
        /// Without the words.
        @Override
        public String toString() {
            return "Understood[" + turn + ", " + text.length() + " characters]";
        }
    }

    /// A tool was used.
    ///
    /// @param result null as long as it works
    record ToolUsed(int turn, String tool, JsonNode arguments, @Nullable JsonNode result) implements Fact {
        /// Without what it was given and gave.
        @Override
        public String toString() {
            return "ToolUsed[" + turn + ", " + tool + "]";
        }
    }

    /// The caller is to be given to somebody else: who reads this does it, once for each key, and says how it ended.
    ///
    /// @param tool name of the node, or of the tool
    /// @param key of this use within the call
    /// @param arguments to whom, and how long it may ring there
    record TransferAsked(int turn, String tool, String key, JsonNode arguments) implements Fact {
        /// Without to whom.
        @Override
        public String toString() {
            return "TransferAsked[" + turn + ", " + tool + "]";
        }
    }

    record Said(int turn, String text, long playedMs, boolean whole) implements Fact {}

    record Interrupted(int turn) implements Fact {}

    /// @param outcome what the call has achieved by that; null where that is nothing new
    record NodeEntered(String node, @Nullable String outcome) implements Fact {}

    /// @param what `first_audio` where the audio was sent, `first_played` where the caller heard it, `barge_in`
    record Latency(int turn, String what, long ms) implements Fact {

        public static final String FIRST_AUDIO = "first_audio";
        public static final String FIRST_PLAYED = "first_played";
        public static final String BARGE_IN = "barge_in";
    }

    record HungUp(End end) implements Fact {}

    record Resumed(long gapMs) implements Fact {}
}
