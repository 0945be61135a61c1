package io.agentstream.agents.definition;

import io.agentstream.agents.definition.AgentGraph.Parsed;
import io.agentstream.schemas.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Documents of agents, for tests.
final class Graphs {

    private Graphs() {}

    private static final String BYE = "\"bye\":{\"type\":\"hangup\",\"say\":\"Bye.\"}";
    private static final String SERVICES =
            "\"services\":{\"ear\":[{\"service\":\"offline\"}],\"brain\":[{\"service\":\"openai\",\"model\":\"m\",\"key\":\"openai\"}]}";

    /// A sound agent with one node and what is given beside it. Quotation marks are written as apostrophes.
    static JsonNode with(String node, String more) {
        return Json.MAPPER.readTree(("{\"engine\":\"cascade\"," + SERVICES + ",\"start\":\"n\"," + more + "\"nodes\":{\"n\":" + node + "," + BYE + "}}")
                .replace("'", "\""));
    }

    static JsonNode with(String node) {
        return with(node, "");
    }

    static List<Problem> problems(JsonNode json) {
        return AgentGraph.parse(json) instanceof Parsed.Invalid invalid ? invalid.problems() : List.of();
    }
}
