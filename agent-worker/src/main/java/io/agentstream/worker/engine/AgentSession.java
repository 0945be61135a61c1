package io.agentstream.worker.engine;

import io.agentstream.agents.conversation.ConversationEffect.BrainEffect;
import io.agentstream.agents.conversation.ConversationEffect.EarEffect;
import io.agentstream.agents.conversation.ConversationEffect.MouthEffect;
import io.agentstream.agents.conversation.ConversationEffect.SpeechEffect;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.ServiceUse;
import java.util.List;

/// An engine's side of one conversation. Called by the conversation's loop only, and never blocks it.
///
/// Each call may put answers into the sink before it returns, or later from another thread.
public interface AgentSession extends AutoCloseable {

    /// Takes audio of the caller. It may be kept, but not changed.
    default void hear(MediaFrame.Audio frame) {}

    /// Answers `prompt`, once, with replies of this turn. A turn is stopped or finished before the next one begins. Only where the
    /// engine decides what is said.
    default void think(int turn, Prompt prompt) {}

    /// From now on everything that is said belongs to this turn. Only where the engine does not take turns.
    default void flow(int turn) {}

    /// The answer is not wanted any more. When this has returned, no reply of this turn reaches the sink. Only where the engine
    /// decides what is said.
    default void stop(int turn) {}

    /// Asks a mouth, or stops it: of what was stopped nothing reaches the sink when this has returned. This and the next three only where a dialogue
    /// decides within the machine, and of them those of which its dialogues make use.
    default void perform(MouthEffect effect) {}

    /// As above, of what thinks.
    default void perform(BrainEffect effect) {}

    /// As above, of an ear.
    default void perform(EarEffect effect) {}

    /// As above, of a service that hears, thinks and speaks in one.
    default void perform(SpeechEffect effect) {}

    /// What its services were used for since this was asked last. Also once it is closed.
    ///
    /// @param all whether it is to be told by all means; else only where something was done with
    default List<ServiceUse> used(boolean all) {
        return List.of();
    }

    /// The conversation is handed over: it is most likely closed next, and of what is under way nothing is heard here any more. What its services were used for is asked for
    /// once more, and is to be all that there is to say.
    default void leave() {}

    /// Ends everything. When this has returned, no reply reaches the sink. A second time does nothing.
    @Override
    void close();
}
