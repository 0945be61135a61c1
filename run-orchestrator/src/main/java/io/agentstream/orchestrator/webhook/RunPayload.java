package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.store.RunEvents.RunEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes the one JSON that says everything of a run, out of the run as the API shows it and its events in their order. What has no
/// room is left out and `cut` says so. Pure; one thread.
final class RunPayload {

    /// Most bytes of a message; the database holds the same bound.
    static final int MAX_BYTES = 256 * 1024;

    /// What the run itself may take of it; the rest, but for some names and brackets, is for what happened.
    private static final int MAX_RUN_BYTES = 128 * 1024;

    private static final int ENVELOPE_BYTES = 2 * 1024;

    /// What is left out first of a run that is too large.
    private static final List<String> EXPENDABLE = List.of("logs", "gathered_context", "initial_context");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode data = NODES.objectNode();
    private final Map<String, Integer> leftOut = new HashMap<>();
    private final List<String> cut = new ArrayList<>();
    private final Map<Integer, ObjectNode> spokenTurns = new HashMap<>();
    private final Set<Integer> interruptedTurns = new HashSet<>();
    private final Map<Integer, List<ObjectNode>> waits = new HashMap<>();
    private final ToolUses uses = new ToolUses();
    private int resultsLeftOut;
    private int room;

    RunPayload(ObjectNode run) {
        ObjectNode shown = run.deepCopy();
        for (String field : EXPENDABLE) {
            if (bytes(shown) > MAX_RUN_BYTES) {
                shown.set(field, NODES.objectNode());
                cut.add("run." + field + " was left out");
            }
        }
        data.set("run", shown);
        for (String list : List.of("turns", "keys", "tools", "nodes", "transfers")) {
            data.putArray(list);
        }
        this.room = MAX_BYTES - ENVELOPE_BYTES - bytes(shown);
    }

    /// The message that a run began: without what happened in it.
    static ObjectNode started(ObjectNode run, String at) {
        RunPayload payload = new RunPayload(run);
        ObjectNode data = NODES.objectNode();
        data.set("run", payload.data.path("run"));
        return envelope("run.started", at, data);
    }

    /// Takes in what happened next.
    void add(RunEvent event, String at) {
        ObjectNode payload = event.payload();
        int turn = payload.path("turn").asInt(0);
        switch (event.type()) {
            case "heard" -> heard(payload, turn, at);
            case "said" -> {
                ObjectNode said = entry(turn, at).put("by", "agent");
                copy(payload, said, "text", "played_ms", "whole", "stages");
                said.put("interrupted", interruptedTurns.contains(turn)).putObject("latencies");
                if (keep("turns", said)) {
                    spokenTurns.put(turn, said);
                    waits.getOrDefault(turn, List.of()).forEach(wait -> waited(said, wait));
                }
            }
            case "interrupted" -> {
                interruptedTurns.add(turn);
                ObjectNode said = spokenTurns.get(turn);
                if (said != null) {
                    said.put("interrupted", true);
                }
            }
            case "latency" -> {
                ObjectNode said = spokenTurns.get(turn);
                if (said == null) {
                    waits.computeIfAbsent(turn, _ -> new ArrayList<>()).add(payload);
                } else {
                    waited(said, payload);
                }
            }
            case "node_entered" -> {
                ObjectNode node = NODES.objectNode().put("at", at);
                copy(payload, node, "node");
                keep("nodes", node);
            }
            case "tool_called" -> {
                if (ToolUses.isOver(payload)) {
                    toolAnswered(payload, turn, at);
                } else if (!uses.isKnown(payload)) {
                    ObjectNode tool = tool(payload, turn, at);
                    uses.begins(payload, keep("tools", tool) ? tool : null);
                }
            }
            case "transferred" -> {
                ObjectNode transfer = NODES.objectNode().put("at", at);
                copy(payload, transfer, "key", "outcome", "status");
                keep("transfers", transfer);
            }
            default -> {
                // Of the run itself, or of a newer writer: the run says it, or the list of its events does.
            }
        }
    }

    private void heard(ObjectNode payload, int turn, String at) {
        if (payload.hasNonNull("digit")) {
            ObjectNode key = entry(turn, at);
            copy(payload, key, "digit");
            keep("keys", key);
            return;
        }
        ObjectNode heard = entry(turn, at).put("by", "caller");
        copy(payload, heard, "text", "speech_ms");
        keep("turns", heard);
    }

    private void toolAnswered(ObjectNode payload, int turn, String at) {
        Optional<ToolUses.Use> begun = uses.ends(payload);
        if (begun.isEmpty()) {
            keep("tools", tool(payload, turn, at).put("answered_at", at));
            return;
        }
        ObjectNode tool = begun.get().entry();
        if (tool == null) {
            return;
        }
        ObjectNode answer = NODES.objectNode().put("answered_at", at);
        copy(payload, answer, "result");
        int size = bytes(answer);
        if (size > room) {
            resultsLeftOut++;
        } else {
            room -= size;
            tool.setAll(answer);
        }
    }

    private static ObjectNode tool(ObjectNode payload, int turn, String at) {
        ObjectNode tool = entry(turn, at);
        copy(payload, tool, "tool", "arguments", "result", "transfer");
        return tool.putNull("answered_at");
    }

    private void waited(ObjectNode said, ObjectNode wait) {
        String what = wait.path("what").asString("");
        if (said.path("latencies") instanceof ObjectNode latencies && !what.isEmpty() && latencies.size() < 8) {
            latencies.set(what, wait.path("ms"));
            room -= what.length() + 24;
        }
    }

    /// The whole message.
    ObjectNode ended(String at) {
        new TreeMap<>(leftOut).forEach((list, count) -> cut.add(
                list + ": the last " + count + " of " + (count + data.path(list).size()) + " were left out"));
        if (resultsLeftOut > 0) {
            cut.add("tools: results of " + resultsLeftOut + " of them were left out");
        }
        if (cut.isEmpty()) {
            data.putNull("cut");
        } else {
            ArrayNode sentences = data.putArray("cut");
            cut.forEach(sentences::add);
        }
        return envelope("run.ended", at, data);
    }

    private boolean keep(String list, ObjectNode entry) {
        int size = bytes(entry) + 1;
        if (leftOut.containsKey(list) || size > room) { // what is left out is the end of a list, not something in the middle
            leftOut.merge(list, 1, Integer::sum);
            return false;
        }
        room -= size;
        ((ArrayNode) data.path(list)).add(entry);
        return true;
    }

    private static ObjectNode envelope(String type, String at, ObjectNode data) {
        ObjectNode message = NODES.objectNode().put("type", type).put("timestamp", at);
        message.set("data", data);
        return message;
    }

    private static ObjectNode entry(int turn, String at) {
        return NODES.objectNode().put("turn", turn).put("at", at);
    }

    private static void copy(ObjectNode from, ObjectNode to, String... fields) {
        for (String field : fields) {
            @Nullable JsonNode value = from.get(field);
            to.set(field, value == null ? NODES.nullNode() : value);
        }
    }

    private static int bytes(JsonNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
