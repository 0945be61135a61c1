package io.agentstream.worker.tool;

import io.agentstream.agents.definition.Served;
import io.agentstream.agents.definition.Tool;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.BrainRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A tool of a server. Immutable.
///
/// @param name as the server calls it
/// @param offered as a brain is offered it
/// @param repeatable whether the server says that it does no harm to use it twice
record McpTool(String name, BrainRequest.Tool offered, boolean repeatable) {

    /// Of one server. With an agent's own tools they are what a brain takes, and what a caller waits for while it reads.
    static final int MAX_TOOLS = 64;

    /// Of one tool, and of all of a server: names, descriptions and schemas. A tool that is longer is not offered.
    static final int MAX_TOOL_CHARS = 8_000;
    static final int MAX_ALL_CHARS = 64_000;

    /// What the protocol wants of a name; it goes along with every use. A tool that is called longer is not offered.
    static final int MAX_NAME_CHARS = 128;

    private static final int MAX_DESCRIPTION_CHARS = 2_000;

    /// Names a parameter that has to stand in a header too (2026-07-28), which we do not do.
    private static final String IN_HEADER = "\"x-mcp-header\"";

    /// Those that the agent may use, as far as there is room, in the server's order.
    ///
    /// @param listed what the server says that it has
    /// @param hasHandshake whether it is of a revision in which headers have no part in a tool's parameters
    static List<McpTool> of(Tool.Mcp server, List<JsonNode> listed, boolean hasHandshake) {
        List<McpTool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int chars = 0;
        for (JsonNode each : listed) {
            Optional<McpTool> tool = of(server, each).filter(known -> hasHandshake || isInBody(known));
            if (tool.isEmpty()) {
                continue;
            }
            int more = tool.get().chars();
            if (more <= MAX_TOOL_CHARS && chars + more <= MAX_ALL_CHARS && tools.size() < MAX_TOOLS && names.add(tool.get().offered().name())) {
                tools.add(tool.get());
                chars += more;
            }
        }
        return List.copyOf(tools);
    }

    private static Optional<McpTool> of(Tool.Mcp server, JsonNode json) {
        String name = json.path("name").asString("");
        if (name.isEmpty() || name.length() > MAX_NAME_CHARS || (!server.allow().isEmpty() && !server.allow().contains(name))) {
            return Optional.empty();
        }
        ObjectNode parameters = json.path("inputSchema") instanceof ObjectNode schema && schema.path("type").asString("").equals("object")
                ? schema.deepCopy()
                : Json.MAPPER.createObjectNode().put("type", "object");
        parameters.remove("$schema");
        JsonNode hints = json.path("annotations");
        return Optional.of(new McpTool(
                name,
                new BrainRequest.Tool(
                        Served.offered(server.name(), name),
                        WellFormed.beginning(json.path("description").asString(json.path("title").asString("")), MAX_DESCRIPTION_CHARS), parameters),
                hints.path("readOnlyHint").asBoolean(false) || hints.path("idempotentHint").asBoolean(false)));
    }

    private static boolean isInBody(McpTool tool) {
        return !tool.offered().parameters().toString().contains(IN_HEADER) && tool.name().chars().allMatch(c -> c > ' ' && c < 127);
    }

    private int chars() {
        return offered.name().length() + offered.description().length() + offered.parameters().toString().length();
    }
}
