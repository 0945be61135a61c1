package io.agentstream.worker.engine;

import io.agentstream.agents.conversation.Prompt;
import io.agentstream.schemas.MediaFrame;

/// An engine's side of one conversation. Called by the conversation's loop only, and never blocks it.
///
/// `hear`, `think` and `flow` may put replies into the sink before they return, or later from another thread.
public interface AgentSession extends AutoCloseable {

    /// Takes audio of the caller. It may be kept, but not changed.
    void hear(MediaFrame.Audio frame);

    /// Answers `prompt`, once, with replies of this turn. A turn is stopped or finished before the next one begins.
    void think(int turn, Prompt prompt);

    /// From now on everything that is said belongs to this turn. Only where the engine does not take turns.
    default void flow(int turn) {}

    /// The answer is not wanted any more. When this has returned, no reply of this turn reaches the sink.
    void stop(int turn);

    /// Ends everything. When this has returned, no reply reaches the sink. A second time does nothing.
    @Override
    void close();
}
