package io.agentstream.worker.tool;

import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What a server answers to the use of a tool, as a brain is told it. Immutable; prints nothing of it.
///
/// @param text JSON, or a text
record McpResult(boolean failed, String text) {

    /// Of what went wrong.
    private static final int MAX_TOLD_CHARACTERS = 2_000;

    static McpResult error(String what) {
        return new McpResult(true, "{\"error\":\"" + what + "\"}");
    }

    /// @param result of `tools/call`
    static McpResult of(JsonNode result) {
        if (result.path("resultType").asString("complete").equals("input_required")) {
            return error("input_required"); // it asks for what only somebody in front of a screen could give
        }
        if (result.path("isError").asBoolean(false)) {
            return new McpResult(true, Json.MAPPER.createObjectNode()
                    .put("error", "tool")
                    .put("answer", WellFormed.beginning(texts(result), MAX_TOLD_CHARACTERS))
                    .toString());
        }
        JsonNode structured = result.path("structuredContent");
        if (!structured.isMissingNode() && !structured.isNull()) {
            return new McpResult(false, structured.toString());
        }
        String texts = texts(result);
        return new McpResult(false, texts.isBlank() ? "{\"ok\":true}" : texts);
    }

    private static String texts(JsonNode result) {
        List<String> texts = new ArrayList<>();
        result.path("content").forEach(each -> texts.add(text(each)));
        return String.join("\n", texts);
    }

    /// What cannot be told is named: on the telephone there is nothing to look at.
    private static String text(JsonNode content) {
        String type = content.path("type").asString("");
        return switch (type) {
            case "text" -> content.path("text").asString("");
            case "resource" -> content.path("resource").path("text").asString("(a resource that is no text)");
            case "resource_link" -> content.path("name").asString("") + " " + content.path("uri").asString("");
            default -> "(something that is no text)";
        };
    }

    @Override
    public String toString() {
        return "McpResult[" + (failed ? "failed" : "done") + "]";
    }
}
