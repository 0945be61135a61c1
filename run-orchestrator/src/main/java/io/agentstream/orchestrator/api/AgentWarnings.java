package io.agentstream.orchestrator.api;

import io.agentstream.agents.definition.Problem;
import io.agentstream.orchestrator.store.Agents.Agent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What is odd in agents' definitions. To find it a definition is read as a worker reads it, half a millisecond of a processor, and a page
/// shows hundreds: what was found of a revision is kept, of [#MOST_AGENTS] agents, those that were shown last. Any thread.
final class AgentWarnings {

    static final int MOST_AGENTS = 2_000;

    /// Of one agent; a definition that is odder than that is read each time, so that what is kept stays small.
    static final int MOST_KEPT = 50;

    private final Function<ObjectNode, List<Problem>> find;

    /// By agent, the one shown longest ago first. Guarded by itself.
    private final LinkedHashMap<Long, Found> found = new LinkedHashMap<>(16, 0.75f, true);

    /// @param version the number of it, and since when it is as it is: a draft is written over under its number
    private record Revision(@Nullable Integer version, Instant since) {}

    private record Found(Revision revision, List<Problem> warnings) {}

    AgentWarnings(Function<ObjectNode, List<Problem>> find) {
        this.find = find;
    }

    List<Problem> of(Agent agent) {
        Revision revision =
                new Revision(agent.draftVersion() == null ? agent.publishedVersion() : agent.draftVersion(), agent.definedAt());
        synchronized (found) {
            Found known = found.get(agent.id());
            if (known != null && known.revision().equals(revision)) {
                return known.warnings();
            }
        }
        List<Problem> warnings = List.copyOf(find.apply(agent.definition()));
        if (warnings.size() <= MOST_KEPT) {
            synchronized (found) {
                found.put(agent.id(), new Found(revision, warnings));
                if (found.size() > MOST_AGENTS) {
                    found.pollFirstEntry();
                }
            }
        }
        return warnings;
    }
}
