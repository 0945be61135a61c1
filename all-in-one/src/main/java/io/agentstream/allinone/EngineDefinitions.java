package io.agentstream.allinone;

import io.agentstream.orchestrator.api.DefinitionValidator;
import io.agentstream.orchestrator.api.FieldError;
import io.agentstream.worker.engine.ScriptedDefinition;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// What the API asks of an agent's definition: what the engine that it names will ask of it. The orchestrator does not know the
/// engines and the worker does not know the API, so they meet here. Any thread.
public final class EngineDefinitions implements DefinitionValidator {

    private static final DefinitionValidator KNOWN = DefinitionValidator.knownEngine(Set.of("echo", "scripted"));

    @Override
    public List<FieldError> check(ObjectNode definition) {
        List<FieldError> errors = KNOWN.check(definition);
        if (!errors.isEmpty() || !"scripted".equals(definition.path("engine").asString(""))) {
            return errors;
        }
        return switch (ScriptedDefinition.parse(definition)) {
            case ScriptedDefinition.Parsed.Valid(var _, var _) -> List.of();
            case ScriptedDefinition.Parsed.Invalid(var problems) -> problems.stream()
                    .map(problem -> new FieldError(problem.field(), problem.message()))
                    .toList();
        };
    }
}
