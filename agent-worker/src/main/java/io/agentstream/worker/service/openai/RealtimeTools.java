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
    /// As [io.agentstream.worker.service.Brain] has them: what is longer is no call.
    private static final int MAX_ARGUMENTS_CHARACTERS = 64 * 1024;
    /// Calls of one session that are known; what is beyond them is none.
    private static final int MAX_CALLS = 1_000;

    private final Map<String, String> names = new HashMap<>();
    private final Set<String> called = new HashSet<>();

    void named(JsonNode item) {
        String id = Messages.text(item, "call_id");
        String name = Messages.text(item, "name");
        boolean isCall = Messages.text(item, "type").equals("function_call") && !called.contains(id);
        if (isCall && id.length() <= MAX_ID_CHARACTERS && name.length() <= MAX_ID_CHARACTERS && names.size() < MAX_CALLS) {
            names.put(id, name);
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
        if (id.isEmpty() || id.length() > MAX_ID_CHARACTERS || called.contains(id) || called.size() >= MAX_CALLS) {
            return Optional.empty();
        }
        called.add(id);
        String known = names.remove(id);
        String name = told.path("name").asString(known == null ? "" : known);
        String arguments = Messages.text(told, "arguments");
        if (name.length() > MAX_ID_CHARACTERS || arguments.length() > MAX_ARGUMENTS_CHARACTERS) {
            return Optional.empty();
        }
        return Optional.of(new Thought.ToolCall(id, name, arguments.isBlank() ? "{}" : arguments));
    }

    /// There is another session, or none.
    void ended() {
        names.clear();
        called.clear();
    }
}
