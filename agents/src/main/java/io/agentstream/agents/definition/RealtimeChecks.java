package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import java.util.List;

/// What an agent cannot be whose caller is heard, answered and spoken to by one service: whatever hangs on the caller's words, which are known
/// only when they are answered already. That such an agent gathers and captures nothing its schema says. For one use by one thread.
final class RealtimeChecks {

    private static final String NO_WORDS = "waits for words, which with realtime are known too late: give speech and its length";

    private final AgentGraph graph;
    private final Problems problems;

    RealtimeChecks(AgentGraph graph, Problems problems) {
        this.graph = graph;
        this.problems = problems;
    }

    void check() {
        if (graph.settings().interruption() instanceof Settings.Interruption.Words) {
            problems.add("settings.interruption", NO_WORDS);
        }
        if (graph.settings().speculative()) {
            problems.add("settings.speculative", "is nothing that realtime can do: who hears by itself is asked once the turn is over");
        }
        for (Node node : graph.nodes().values()) {
            String at = child("nodes", node.name());
            if (node.common().interruption() instanceof Settings.Interruption.Words words
                    && !words.equals(graph.settings().interruption())) {
                problems.add(at + ".interruption", NO_WORDS);
            }
            edges(at, node.common().edges());
        }
    }

    private void edges(String at, List<Edge> edges) {
        for (int index = 0; index < edges.size(); index++) {
            if (edges.get(index) instanceof Edge.Intent intent && !intent.words().isEmpty()) {
                problems.add(at + ".edges." + index + ".words", "are compared with nothing: with realtime the service itself chooses, by the description");
            }
        }
    }
}
