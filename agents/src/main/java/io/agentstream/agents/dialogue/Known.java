package io.agentstream.agents.dialogue;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Values;
import io.agentstream.schemas.Json;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What variables are at a moment of a conversation. Pure.
final class Known {

    private Known() {}

    static Values values(AgentGraph graph, JsonNode context, CascadeState s, long nowMs) {
        ZonedDateTime now = Instant.ofEpochMilli(nowMs).atZone(graph.settings().timeZone()).withSecond(0).withNano(0);
        ObjectNode clock = Json.MAPPER.createObjectNode()
                .put("date", now.toLocalDate().toString())
                .put("time", now.toLocalTime().toString())
                .put("weekday", day(now));
        return new Values(Map.of("call", context, "now", clock), s.variables, context, graph.variables());
    }

    /// English, as the rest of the system is; a prompt says in which language the agent talks.
    private static String day(ZonedDateTime now) {
        String name = now.getDayOfWeek().name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }
}
