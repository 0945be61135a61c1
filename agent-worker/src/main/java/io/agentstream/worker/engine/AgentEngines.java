package io.agentstream.worker.engine;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The engines of a worker. Any thread.
public final class AgentEngines {

    private final List<AgentEngine> all;

    private AgentEngines(List<AgentEngine> all) {
        this.all = all;
    }

    public static AgentEngines of(AgentEngine... engines) {
        return new AgentEngines(List.of(engines));
    }

    public List<AgentEngine> all() {
        return all;
    }

    /// The engine that an agent's definition names.
    public Optional<AgentEngine> of(JsonNode definition) {
        String name = definition.path("engine").asString("");
        return all.stream().filter(engine -> engine.name().equals(name)).findFirst();
    }

    /// Does what the first call of an agent would otherwise have to wait for. Blocks.
    public void warmUp(JsonNode definition) {
        of(definition).ifPresent(engine -> engine.warmUp(definition));
    }
}
