package io.agentstream.worker.service.openai;

import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.wire.Messages;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The calls of tools in one session: each is told several times, in pieces. One task at a time.
final class RealtimeTools {

    private static final int MAX_ID_CHARACTERS = 256;

    private final Map<String, String> names = new HashMap<>();
    private final Set<String> called = new HashSet<>();

    void named(JsonNode item) {
        if (Messages.text(item, "type").equals("function_call")) {
            names.put(Messages.text(item, "call_id"), Messages.text(item, "name"));
        }
    }

    /// A call the first time that it is complete. That the arguments are at their end (`response.function_call_arguments.done`) is told of a
    /// cancelled response too; only an item that is complete is meant.
    Optional<Thought.ToolCall> call(JsonNode told) {
        String id = Messages.text(told, "call_id");
        String status = Messages.text(told, "status");
        boolean complete = status.isEmpty() || status.equals("completed");
        if (!Messages.text(told, "type").equals("function_call") || !complete) {
            return Optional.empty();
        }
        if (id.isEmpty() || id.length() > MAX_ID_CHARACTERS || !called.add(id)) {
            return Optional.empty();
        }
        String name = told.path("name").asString(names.getOrDefault(id, ""));
        String arguments = Messages.text(told, "arguments");
        return Optional.of(new Thought.ToolCall(id, name, arguments.isBlank() ? "{}" : arguments));
    }

    /// There is another session, or none.
    void ended() {
        names.clear();
        called.clear();
    }
}
