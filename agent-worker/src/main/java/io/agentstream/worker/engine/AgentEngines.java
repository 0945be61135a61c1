package io.agentstream.worker.engine;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The engines there are. Any thread.
public final class AgentEngines {

    private final List<AgentEngine> all;

    private AgentEngines(List<AgentEngine> all) {
        this.all = List.copyOf(all);
    }

    public static AgentEngines standard() {
        return new AgentEngines(List.of(
                new EchoEngine()));
    }

    public static AgentEngines of(List<AgentEngine> engines) {
        return new AgentEngines(engines);
    }

    public List<AgentEngine> all() {
        return all;
    }

    /// The engine that an agent's definition names.
    public Optional<AgentEngine> of(JsonNode definition) {
        String name = definition.path("engine").asString("");
        return all.stream().filter(engine -> engine.name().equals(name)).findFirst();
    }
}
