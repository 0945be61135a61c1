package io.agentstream.agents;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What every agent's definition must be, whatever engine it names. Any thread.
public final class AgentDefinitions {

    /// The value of `engine` in the definition of an agent that gives the caller's audio back.
    public static final String ECHO = "echo";

    /// The engines that a definition may name.
    public static final Set<String> ENGINES = Set.of(ECHO, ScriptedDefinition.ENGINE);

    private AgentDefinitions() {}

    /// What is odd in a definition that may be saved, but does no harm. Nothing where it may not be saved.
    public static List<Problem> warnings(JsonNode definition) {
        return definition.path("engine").asString("").equals(ScriptedDefinition.ENGINE)
                        && ScriptedDefinition.parse(definition) instanceof ScriptedDefinition.Parsed.Valid valid
                ? valid.warnings()
                : List.of();
    }

    /// What is wrong with a definition; nothing: it may be saved, and the engine that it names takes it. Fields are named
    /// relative to the definition. Never throws for a bad document.
    public static List<Problem> problems(JsonNode definition) {
        JsonNode engine = definition.path("engine");
        return switch (engine.isString() ? engine.stringValue() : "") {
            case ECHO -> ofEcho(definition);
            case ScriptedDefinition.ENGINE -> switch (ScriptedDefinition.parse(definition)) {
                case ScriptedDefinition.Parsed.Valid valid -> List.of();
                case ScriptedDefinition.Parsed.Invalid invalid -> invalid.problems();
            };
            default -> List.of(new Problem("engine", "must be one of: " + String.join(", ", ENGINES.stream().sorted().toList())));
        };
    }

    /// An echo has nothing to be said about it; what is said all the same was meant for another engine, or misspelt.
    private static List<Problem> ofEcho(JsonNode definition) {
        return definition.propertyNames().stream()
                .filter(name -> !name.equals("engine"))
                .limit(ScriptedDefinition.MAX_PROBLEMS)
                .map(name -> Problem.noField("", name, "an echo"))
                .toList();
    }
}
