package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.ServiceFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// A server with one tool, `kb_search`, which says what it was asked.
///
/// @param listed when it says what it has
/// @param closed is told when it is closed
public record KnowledgeBase(CompletionStage<Optional<ServiceFailure>> listed, Runnable closed) implements ToolServer {

    @Override
    public List<BrainRequest.Tool> tools() {
        return List.of(new BrainRequest.Tool("kb_search", "", Json.MAPPER.createObjectNode()));
    }

    @Override
    public Tools.Use use(McpRequest request, CallTool call, String key, Tools.Listener listener) {
        listener.on(false, request.tool() + " of " + request.server() + ": " + call.arguments());
        return () -> { };
    }

    @Override
    public void close() {
        closed.run();
    }
}
