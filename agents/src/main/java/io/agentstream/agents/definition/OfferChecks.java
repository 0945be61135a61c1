package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Whether a brain can tell from each other what it is offered: its tools, the tools of servers, and its choices. Services refuse a request in
/// which a name stands twice. For one use by one thread.
final class OfferChecks {

    /// Each is asked when a call begins, and again when it is taken over, and a brain waits for what they say.
    private static final int MAX_SERVERS = 5;

    private final AgentGraph graph;
    private final Problems problems;

    OfferChecks(AgentGraph graph, Problems problems) {
        this.graph = graph;
        this.problems = problems;
    }

    void check() {
        List<Tool.Mcp> servers = graph.tools().values().stream().filter(Tool.Mcp.class::isInstance).map(Tool.Mcp.class::cast).toList();
        servers.forEach(server -> served(child("tools", server.name()), server));
        servers.stream().skip(MAX_SERVERS).forEach(server -> problems.add(
                child("tools", server.name()), "is one server more than an agent may have: " + MAX_SERVERS));
        graph.nodes().values().forEach(node -> choices(child("nodes", node.name()), node));
    }

    /// The brain knows a server's tools by names that begin with this one.
    private void served(String at, Tool.Mcp server) {
        if (server.name().length() > Served.MAX_NAME_CHARS) {
            problems.add(at, "has a name of more than " + Served.MAX_NAME_CHARS + " characters, and those of the server's tools come behind it");
        }
        graph.tools().keySet().stream()
                .filter(other -> Served.isOf(server, other))
                .forEach(other -> problems.add(child("tools", other), "begins as the tools of " + server.name() + " do: one could not be told from them"));
    }

    private void choices(String at, Node node) {
        List<String> tools = node instanceof Node.Agent agent ? agent.tools() : List.of();
        List<Edge> edges = node.common().edges();
        String next = node instanceof Node.Agent ? node.common().next() : null;
        if (next != null) {
            String name = Choices.done(next);
            tools.stream().filter(tool -> isNamed(tool, name)).forEach(tool -> problems.add(
                    at + ".next", "is offered to the brain as " + name + ", and so is, or may be, a tool of " + tool));
        }
        Map<String, String> intents = new HashMap<>();
        for (int index = 0; index < edges.size(); index++) {
            if (edges.get(index) instanceof Edge.Intent intent && intent.description() != null) {
                String place = at + ".edges." + index + ".intent";
                String name = Choices.offered(intent.intent());
                String same = intents.putIfAbsent(name, intent.intent());
                if (same != null && !same.equals(intent.intent())) { // two of one name have a problem already
                    problems.add(place, "is offered to the brain as " + name + ", and so is the intent " + same);
                }
                tools.stream().filter(tool -> isNamed(tool, name)).forEach(tool -> problems.add(
                        place, "is offered to the brain as " + name + ", and so is, or may be, a tool of " + tool));
            }
        }
    }

    private boolean isNamed(String tool, String name) {
        return tool.equals(name) || (graph.tools().get(tool) instanceof Tool.Mcp server && Served.isOf(server, name));
    }
}
