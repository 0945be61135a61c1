package io.agentstream.worker.service.openai;

import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.BrainSettings;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.wire.Messages;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The body of a chat completion. Pure.
final class ChatRequest {

    private ChatRequest() {}

    static ObjectNode body(BrainSettings settings, BrainRequest request) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("model", settings.model());
        body.put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        messages(request, body.putArray("messages"));
        if (!request.tools().isEmpty()) {
            request.tools().forEach(tool -> tool(tool, body));
            body.put("tool_choice", request.toolChoice().name().toLowerCase(Locale.ROOT));
        }
        if (settings.temperature() != null) {
            body.put("temperature", settings.temperature());
        }
        if (!settings.options().has("max_tokens") && !settings.options().has("max_completion_tokens")) {
            body.put(settings.connection().url() == null ? "max_completion_tokens" : "max_tokens", settings.maxTokens());
        }
        return Messages.withOptions(settings.options(), body);
    }

    private static void tool(Tool tool, ObjectNode body) {
        ArrayNode tools = body.path("tools") instanceof ArrayNode there ? there : body.putArray("tools");
        ObjectNode function = tools.addObject().put("type", "function").putObject("function");
        function.put("name", tool.name()).put("description", tool.description()).set("parameters", tool.parameters());
    }

    private static void messages(BrainRequest request, ArrayNode into) {
        for (Message message : request.messages()) {
            ObjectNode entry = into.addObject();
            switch (message) {
                case Message.Instructions instructions -> entry.put("role", "system").put("content", instructions.text());
                case Message.Caller caller -> entry.put("role", "user").put("content", caller.text());
                case Message.Agent agent -> agent(agent, entry);
                case Message.ToolResult result ->
                    entry.put("role", "tool").put("tool_call_id", result.callId()).put("content", result.content());
            }
        }
    }

    private static void agent(Message.Agent agent, ObjectNode entry) {
        entry.put("role", "assistant");
        if (agent.text().isEmpty() && !agent.calls().isEmpty()) {
            entry.putNull("content");
        } else {
            entry.put("content", agent.text());
        }
        if (!agent.calls().isEmpty()) {
            ArrayNode calls = entry.putArray("tool_calls");
            for (Thought.ToolCall call : agent.calls()) {
                calls.addObject()
                        .put("id", call.id())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", call.arguments());
            }
        }
    }
}
