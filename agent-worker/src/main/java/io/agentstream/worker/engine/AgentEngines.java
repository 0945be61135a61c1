package io.agentstream.worker.engine;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.audio.voice.Voice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The engines there are. Any thread.
public final class AgentEngines {

    private final List<AgentEngine> all;

    private AgentEngines(List<AgentEngine> all) {
        this.all = List.copyOf(all);
    }

    /// A new engine is a line here.
    ///
    /// @param voices by name, all of [ScriptedDefinition#VOICES]; they keep what was said often
    public static AgentEngines standard(Map<String, Voice> voices) {
        return new AgentEngines(List.of(
                new EchoEngine(),
                new ScriptedEngine(voices)));
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

    /// Does what the first call of an agent would otherwise have to wait for. Blocks.
    public void warmUp(JsonNode definition) {
        of(definition).ifPresent(engine -> engine.warmUp(definition));
    }
}
