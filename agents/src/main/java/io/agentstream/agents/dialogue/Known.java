package io.agentstream.agents.dialogue;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Values;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.WellFormed;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What is known of a call from the start, and with that what variables are at a moment of its conversation. Immutable; any thread.
///
/// @param context what came with the call
/// @param call what the system knows of the call
/// @param run and of its run
record Known(JsonNode context, JsonNode call, JsonNode run) {

    /// Of a call of which nobody knows more than what came with it.
    static Known of(JsonNode context) {
        JsonNode came = WellFormed.json(context);
        return new Known(came, came, Json.MAPPER.createObjectNode());
    }

    static Known of(RunEvent.Running began) {
        JsonNode came = WellFormed.json(began.initialContext());
        ObjectNode call = Json.MAPPER.createObjectNode();
        came.properties().forEach(each -> call.set(each.getKey(), each.getValue()));
        call.put("id", began.callId().toKey());
        return new Known(
                came, call, Json.MAPPER.createObjectNode().put("id", began.run().id()).put("name", began.run().name()));
    }

    Values values(AgentGraph graph, CascadeState s, long nowMs) {
        ZonedDateTime now = Instant.ofEpochMilli(nowMs).atZone(graph.settings().timeZone()).withSecond(0).withNano(0);
        ObjectNode clock = Json.MAPPER.createObjectNode()
                .put("date", now.toLocalDate().toString())
                .put("time", now.toLocalTime().toString())
                .put("weekday", day(now));
        return new Values(Map.of("call", call, "now", clock, "run", run), s.variables, context, graph.variables());
    }

    /// English, as the rest of the system is; a prompt says in which language the agent talks.
    private static String day(ZonedDateTime now) {
        String name = now.getDayOfWeek().name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    /// Nothing of the caller.
    @Override
    public String toString() {
        return "Known[" + context.size() + " values]";
    }
}
