package io.agentstream.worker.service.anthropic;

import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.BrainRequest.ToolChoice;
import io.agentstream.worker.service.BrainSettings;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.wire.Messages;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The body of a request. What the service insists on: the instructions apart, the user first and last, roles in turn, the results of tools
/// together at the beginning of the user's entry, no text that is blank. Pure.
final class MessagesRequest {

    /// Stands where the agent spoke first.
    private static final String BEGINNING = "(The call begins.)";

    /// Stands where the agent spoke last: what it said would be written on, or refused.
    private static final String GO_ON = "(The caller listens.)";

    private static final Pattern NOT_IN_IDS = Pattern.compile("[^a-zA-Z0-9_-]");

    private MessagesRequest() {}

    static ObjectNode body(BrainSettings settings, BrainRequest request) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("model", settings.model()).put("stream", true).put("max_tokens", settings.maxTokens());
        if (settings.temperature() != null) {
            body.put("temperature", settings.temperature());
        }
        StringBuilder instructions = new StringBuilder();
        Entries entries = new Entries(body.putArray("messages"));
        for (Message message : request.messages()) {
            switch (message) {
                case Message.Instructions some -> instructions.append(instructions.isEmpty() ? "" : "\n\n").append(some.text());
                case Message.Caller caller -> entries.text("user", caller.text());
                case Message.Agent agent -> agent(agent, entries);
                case Message.ToolResult result -> entries.block("user").put("type", "tool_result").put("tool_use_id", id(result.callId()))
                        .put("content", result.content());
            }
        }
        entries.end();
        if (!instructions.toString().isBlank()) {
            body.put("system", instructions.toString());
        }
        if (!request.tools().isEmpty()) {
            ArrayNode tools = body.putArray("tools");
            for (Tool tool : request.tools()) {
                tools.addObject().put("name", tool.name()).put("description", tool.description()).set("input_schema", tool.parameters());
            }
            body.putObject("tool_choice").put("type", choice(request.toolChoice()));
        }
        return Messages.withOptions(settings.options(), body);
    }

    private static String choice(ToolChoice choice) {
        return switch (choice) {
            case AUTO -> "auto";
            case NONE -> "none";
            case REQUIRED -> "any";
        };
    }

    private static void agent(Message.Agent agent, Entries entries) {
        entries.text("assistant", agent.text());
        for (Thought.ToolCall call : agent.calls()) {
            entries.block("assistant").put("type", "tool_use").put("id", id(call.id())).put("name", call.name()).set("input", object(call.arguments()));
        }
    }

    /// The service takes `^[a-zA-Z0-9_-]+$`. Another one, which was asked before it, may give others; they are told apart as before.
    private static String id(String of) {
        String id = NOT_IN_IDS.matcher(of).replaceAll("_");
        return id.equals(of) && !of.isEmpty() ? id : id + "_" + Integer.toHexString(of.hashCode());
    }

    /// What a model wrote that is no object cannot be sent back as one.
    private static JsonNode object(String arguments) {
        try {
            JsonNode parsed = Json.MAPPER.readTree(arguments);
            if (parsed != null && parsed.isObject()) {
                return parsed;
            }
        } catch (JacksonException notJson) {
            // An empty one, then.
        }
        return Json.MAPPER.createObjectNode();
    }

    /// Puts blocks of the same role into one entry.
    private static final class Entries {

        private final ArrayNode messages;
        private String role = "";
        private ArrayNode content = Json.MAPPER.createArrayNode();

        private Entries(ArrayNode messages) {
            this.messages = messages;
        }

        private void text(String by, String text) {
            if (!text.isBlank()) {
                block(by).put("type", "text").put("text", text.strip());
            }
        }

        private void end() {
            if (!role.equals("user")) {
                text("user", role.isEmpty() ? BEGINNING : GO_ON);
            }
        }

        private ObjectNode block(String by) {
            if (role.isEmpty() && by.equals("assistant")) {
                text("user", BEGINNING);
            }
            if (!by.equals(role)) {
                role = by;
                content = messages.addObject().put("role", by).putArray("content");
            }
            return content.addObject();
        }
    }
}
