package io.agentstream.agents.conversation;

import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import org.jspecify.annotations.Nullable;

/// What a conversation wants done.
public sealed interface ConversationEffect {

    /// Give the caller's audio to the engine.
    record Hear(MediaFrame.Audio frame) implements ConversationEffect {}

    /// Ask the engine for an answer.
    record Think(int turn, Prompt prompt) implements ConversationEffect {}

    /// From now on what the engine says belongs to this turn.
    record Flow(int turn) implements ConversationEffect {}

    /// The answer is not wanted any more.
    record StopThinking(int turn) implements ConversationEffect {}

    /// @param frameBytes bytes of each provider message
    record Play(int turn, int frameBytes, Slice audio) implements ConversationEffect {}

    /// Drop all audio of this turn and of earlier ones.
    record Clear(int turn) implements ConversationEffect {}

    record AskForMark(int turn) implements ConversationEffect {}

    /// Call back at this time. Replaces the deadline that was set before.
    record SetDeadline(long atMs) implements ConversationEffect {}

    record ClearDeadline() implements ConversationEffect {}

    record Tell(Fact fact) implements ConversationEffect {}

    /// The state has changed in a way that another worker has to know.
    record Save() implements ConversationEffect {}

    /// End the call: as an agent does, or because of a failure.
    record HangUp(@Nullable Failure failure) implements ConversationEffect {}
}
