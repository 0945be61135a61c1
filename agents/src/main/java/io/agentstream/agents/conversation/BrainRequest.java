package io.agentstream.agents.conversation;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// What a brain is told.
///
/// @param instructions what the agent is and is to do
/// @param history what was said, heard and done, oldest first
/// @param tools what it may use
/// @param servers names of the agent's tools that stand for those of a server, which it may use too: whoever asks the brain knows what there is
public record BrainRequest(String instructions, List<Remark> history, List<Offer> tools, List<String> servers) {

    public BrainRequest(String instructions, List<Remark> history, List<Offer> tools) {
        this(instructions, history, tools, List.of());
    }

    /// @param parameters a JSON Schema of the type `object`
    public record Offer(String name, String description, JsonNode parameters) {}

    /// Without a word of it.
    @Override
    public String toString() {
        return "BrainRequest[" + history.size() + " remarks, " + tools.size() + " tools]";
    }
}
