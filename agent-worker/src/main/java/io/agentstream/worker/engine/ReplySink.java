package io.agentstream.worker.engine;

import io.agentstream.agents.conversation.ConversationInput.EngineReply;

/// Where a session's replies go. Any thread.
@FunctionalInterface
public interface ReplySink {

    /// Returns at once.
    ///
    /// @return false where there was no room; the reply is lost, and the conversation's deadline will end it
    boolean post(EngineReply reply);
}
