package io.agentstream.agents.capture;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A value that was understood. Immutable; any thread. Does not print it: it is the caller's.
///
/// @param value what the variable becomes
/// @param spoken how it is read back, in the conversation's language
public record Captured(JsonNode value, String spoken) {

    static Captured text(String value, String spoken) {
        return new Captured(JsonNodeFactory.instance.stringNode(value), spoken);
    }

    @Override
    public String toString() {
        return "Captured[" + value.getNodeType() + "]";
    }
}
