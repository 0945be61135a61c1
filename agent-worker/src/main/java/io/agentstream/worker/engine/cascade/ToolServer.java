package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.ServiceFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// A server that has tools, for one conversation: it is asked what it has when the conversation begins. Any thread; everything but the stage
/// returns at once.
public interface ToolServer {

    /// Is complete when it is known what the server has, or that this is not to be known, or has taken too long.
    CompletionStage<Optional<ServiceFailure>> listed();

    /// What is known at the moment, under names that a brain takes.
    List<BrainRequest.Tool> tools();

    /// @param call whose request this is
    /// @param key of this use: the server is told it, and may do nothing twice under one
    /// @param listener is told once, from any thread; not any more when `cancel` has returned
    Tools.Use use(McpRequest request, CallTool call, String key, Tools.Listener listener);

    /// Nobody will ask it any more. What is under way is not cancelled by that.
    void close();
}
