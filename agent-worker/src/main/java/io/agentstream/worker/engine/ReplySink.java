package io.agentstream.worker.engine;

import io.agentstream.agents.conversation.ConversationInput.Answer;

/// Where the answers of a session and of its services go. Any thread.
@FunctionalInterface
public interface ReplySink {

    /// Returns at once.
    ///
    /// @return false where there was no room; the answer is lost, and the conversation's deadline will end it
    boolean post(Answer answer);
}
