package io.agentstream.worker.service;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// What a [Brain] is asked.
///
/// @param messages the conversation, oldest first
/// @param tools what it may call
/// @param toolChoice whether it may, must or must not
public record BrainRequest(List<Message> messages, List<Tool> tools, ToolChoice toolChoice) {

    public BrainRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    public static BrainRequest of(List<Message> messages) {
        return new BrainRequest(messages, List.of(), ToolChoice.AUTO);
    }

    /// Without texts.
    @Override
    public String toString() {
        return "BrainRequest[" + messages.size() + " messages, " + tools.size() + " tools]";
    }

    /// @param name letters, digits, `_` and `-`, at most 64
    /// @param parameters a JSON Schema of type `object`
    public record Tool(String name, String description, JsonNode parameters) {}

    public enum ToolChoice { AUTO, NONE, REQUIRED }
}
