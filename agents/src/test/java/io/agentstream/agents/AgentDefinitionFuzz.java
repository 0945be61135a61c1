package io.agentstream.agents;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.AgentGraph.Parsed;
import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.Json;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// For a fuzzer: any JSON is a definition or has something wrong, said in few and short words; what is a graph leads only to what it has.
public final class AgentDefinitionFuzz {

    private static final int MAX_FIELD_CHARS = 4_000;
    private static final int MAX_MESSAGE_CHARS = 400;
    private static final int MAX_PROBLEMS = 51;

    private AgentDefinitionFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(input);
        } catch (JacksonException none) {
            return;
        }
        List<Problem> problems = AgentDefinitions.problems(json);
        List<Problem> warnings = AgentDefinitions.warnings(json);
        if (problems.size() > MAX_PROBLEMS || warnings.size() > MAX_PROBLEMS) {
            throw new IllegalStateException(problems.size() + " problems, " + warnings.size() + " warnings");
        }
        problems.forEach(AgentDefinitionFuzz::isShort);
        warnings.forEach(AgentDefinitionFuzz::isShort);
        if (AgentGraph.parse(json) instanceof Parsed.Valid(AgentGraph graph, List<Problem> odd)) {
            graph.node(graph.start());
            graph.nodes().values().forEach(node -> node.common().edges().forEach(edge -> graph.node(edge.go())));
        }
    }

    private static void isShort(Problem problem) {
        if (problem.field().length() > MAX_FIELD_CHARS || problem.message().length() > MAX_MESSAGE_CHARS) {
            throw new IllegalStateException("a long problem: " + problem);
        }
    }
}
