package io.agentstream.orchestrator.api;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Finds what is wrong with an agent's definition; no errors: it may be saved. Fields are named relative to the definition.
/// Called from any thread, must neither block nor keep the object; what it is given is at most 256 KiB of JSON.
@FunctionalInterface
public interface DefinitionValidator {
    List<FieldError> check(ObjectNode definition);

    /// Asks for an `engine` that is one of `engines`, and nothing else.
    static DefinitionValidator knownEngine(Set<String> engines) {
        String known = String.join(", ", new TreeSet<>(engines));
        return definition -> {
            JsonNode engine = definition.path("engine");
            boolean ok = engine.isString() && engines.contains(engine.stringValue());
            return ok ? List.of() : List.of(new FieldError("engine", "must be one of: " + known));
        };
    }
}
