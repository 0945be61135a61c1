package io.agentstream.agents.conversation;

import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What can happen to a conversation. The time at which it happens comes beside it.
public sealed interface ConversationInput {

    /// The run is running. `takesTurns` is false for an engine whose audio simply flows beside the caller's.
    record RunStarted(boolean takesTurns) implements ConversationInput {}

    /// Another worker held the conversation until `gapMs` ago and left this behind.
    record Resumed(SavedConversation saved, long gapMs) implements ConversationInput {}

    /// Audio of the caller, for an engine that hears.
    record AudioHeard(MediaFrame.Audio frame) implements ConversationInput {}

    /// The caller began to speak, `agoMs` before this was known.
    record SpeechStarted(long agoMs) implements ConversationInput {}

    /// The caller fell silent after `speechMs`, `agoMs` before this was known.
    record SpeechStopped(long speechMs, long agoMs) implements ConversationInput {}

    record DigitPressed(char digit) implements ConversationInput {}

    /// The caller has heard everything of a turn.
    record MarkReached(int turn) implements ConversationInput {}

    /// How much of a turn the caller has heard.
    record Played(int turn, long playedMs, boolean finished) implements ConversationInput {}

    /// The deadline that was set last has passed.
    record DeadlinePassed() implements ConversationInput {}

    /// The call or its run is over.
    record CallEnded() implements ConversationInput {}

    /// Something of ours has failed beside the machine and keeps the conversation from going on; its call is to be closed.
    ///
    /// @param why a word for whoever looks for the cause; nothing personal
    record Broken(String why) implements ConversationInput {}

    /// What an engine answers. For one turn: at most one `ReplyBegun`, any number of parts, one `ReplyFinished`; or
    /// `EngineFailed` at any time.
    sealed interface EngineReply extends ConversationInput {}

    /// The engine knows where it goes from here.
    ///
    /// @param node name of the place in the agent's definition, where there is such a thing
    /// @param memory what the engine needs to go on from here in another worker
    /// @param outcome what the call has achieved by coming there, in the definition's words; null where that is nothing new
    record ReplyBegun(int turn, @Nullable String node, Manners manners, JsonNode memory, @Nullable String outcome)
            implements EngineReply {}

    /// A piece of the answer, in the call's media format. The text may be empty, the audio may not.
    record ReplyPart(int turn, String text, Slice audio) implements EngineReply {}

    /// The answer is complete.
    record ReplyFinished(int turn, Then then) implements EngineReply {}

    /// The engine cannot go on with this conversation.
    record EngineFailed() implements EngineReply {}

    /// What follows when the caller has heard the answer.
    enum Then {
        LISTEN,
        GO_ON,
        HANG_UP
    }
}
