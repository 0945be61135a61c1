package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BrainRequest.Offer;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Choices;
import io.agentstream.agents.definition.Edge;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.definition.Tool.Parameter;
import io.agentstream.agents.definition.Values;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a brain is offered in a node: its tools, its intents as choices, and in one in which it talks and that leads on, to say that it is done. The
/// same offers have the same form in every process. Pure.
final class Offers {

    private Offers() {}

    static List<Offer> of(AgentGraph graph, Node node) {
        List<Offer> offers = new ArrayList<>();
        for (Edge.Intent intent : node.common().intents()) {
            if (intent.description() != null) {
                offers.add(new Offer(Choices.offered(intent.intent()), intent.description(), schema(Map.of())));
            }
        }
        if (node instanceof Node.Agent agent) {
            agent.tools().forEach(name -> add(offers, graph.tool(name)));
            String next = agent.common().next();
            if (next != null) {
                offers.add(new Offer(Choices.done(next), "Goes on, when all that you were to do at this point of the call is done.", schema(Map.of())));
            }
        }
        return List.copyOf(offers);
    }

    /// Names of the tools that stand for those of a server.
    static List<String> servers(AgentGraph graph, Node node) {
        return node instanceof Node.Agent agent
                ? agent.tools().stream().filter(name -> graph.tool(name) instanceof Tool.Mcp).toList()
                : List.of();
    }

    /// Where a choice leads, or being done; null where the name is neither.
    static @Nullable String choice(Node node, String name, Values values) {
        Optional<String> chosen = node.common().intents().stream()
                .filter(intent -> intent.description() != null && Choices.offered(intent.intent()).equals(name))
                .findFirst()
                .map(Edge.Intent::go);
        String next = node instanceof Node.Agent ? node.common().next() : null;
        return next != null && Choices.done(next).equals(name)
                ? chosen.or(() -> node.common().onDone(values)).orElse(null)
                : chosen.orElse(null);
    }

    private static void add(List<Offer> offers, Tool tool) {
        switch (tool) {
            case Tool.Http http -> offers.add(new Offer(http.name(), http.description(), schema(http.parameters())));
            case Tool.HangUp hangUp -> offers.add(new Offer(hangUp.name(), hangUp.description(), schema(Map.of())));
            case Tool.SetVariable set -> offers.add(new Offer(set.name(), set.description(), schema(set.variables())));
            case Tool.EndWithOutcome end -> offers.add(new Offer(end.name(), end.description(), schema(Map.of(
                    "outcome", new Parameter(Parameter.Type.STRING, "What the call has achieved.", true, end.outcomes())))));
            case Tool.SendDtmf press -> offers.add(new Offer(press.name(), press.description(), schema(press.keys() != null
                    ? Map.of()
                    : Map.of("keys", new Parameter(Parameter.Type.STRING, "The keys to press: 0-9, * and #.", true, List.of())))));
            case Tool.Transfer transfer -> offers.add(new Offer(transfer.name(), transfer.description(), schema(Map.of())));
            case Tool.Mcp _ -> { } // is asked what it has
        }
    }

    private static JsonNode schema(Map<String, Parameter> parameters) {
        ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Json.MAPPER.createArrayNode();
        new TreeMap<>(parameters).forEach((name, parameter) -> {
            ObjectNode property = properties.putObject(name)
                    .put("type", parameter.type().name().toLowerCase(Locale.ROOT))
                    .put("description", parameter.description());
            if (!parameter.values().isEmpty()) {
                ArrayNode values = property.putArray("enum");
                parameter.values().forEach(values::add);
            }
            if (parameter.required()) {
                required.add(name);
            }
        });
        schema.set("required", required);
        return schema.put("additionalProperties", false);
    }
}
