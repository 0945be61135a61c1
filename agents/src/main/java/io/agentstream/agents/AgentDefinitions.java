package io.agentstream.agents;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What every agent's definition must be, whatever engine it names. Any thread.
public final class AgentDefinitions {

    /// The value of `engine` in the definition of an agent that gives the caller's audio back.
    public static final String ECHO = "echo";

    /// The engines that a definition may name: those that a worker has. A saved agent that no worker can hold a conversation for closes
    /// every call, so that an engine stands here once there is one of its name in the worker, and not before.
    public static final Set<String> ENGINES = Set.of(
            ECHO, ScriptedDefinition.ENGINE, AgentGraph.Engine.CASCADE.word(), AgentGraph.Engine.REALTIME.word());

    /// Ears that a graph may name, but that no worker has yet.
    private static final Set<String> UNDONE_EARS = Set.of("offline");

    private AgentDefinitions() {}

    /// What is odd in a definition that may be saved, but does no harm. Nothing where it may not be saved.
    public static List<Problem> warnings(JsonNode definition) {
        String engine = definition.path("engine").asString("");
        if (engine.equals(ScriptedDefinition.ENGINE)) {
            return ScriptedDefinition.parse(definition) instanceof ScriptedDefinition.Parsed.Valid valid ? valid.warnings() : List.of();
        }
        return AgentGraph.Engine.of(engine).isPresent() && AgentGraph.parse(definition) instanceof AgentGraph.Parsed.Valid valid
                ? valid.warnings()
                : List.of();
    }

    /// What is wrong with a definition; nothing: it may be saved, and the engine that it names takes it. Fields are named
    /// relative to the definition. Never throws for a bad document.
    public static List<Problem> problems(JsonNode definition) {
        JsonNode named = definition.path("engine");
        String engine = named.isString() ? named.stringValue() : "";
        if (AgentGraph.Engine.of(engine).isPresent()) {
            return ofGraph(definition);
        }
        return switch (engine) {
            case ECHO -> ofEcho(definition);
            case ScriptedDefinition.ENGINE -> switch (ScriptedDefinition.parse(definition)) {
                case ScriptedDefinition.Parsed.Valid valid -> List.of();
                case ScriptedDefinition.Parsed.Invalid invalid -> invalid.problems();
            };
            default -> List.of(new Problem("engine", "must be one of: " + String.join(", ", ENGINES.stream().sorted().toList())));
        };
    }

    /// What is wrong with the graph is said also where no worker carries out all of it yet: its author can go on with it.
    private static List<Problem> ofGraph(JsonNode definition) {
        List<Problem> problems = new ArrayList<>(undone(definition));
        if (AgentGraph.parse(definition) instanceof AgentGraph.Parsed.Invalid invalid) {
            problems.addAll(invalid.problems());
        }
        return List.copyOf(problems);
    }

    /// What of a graph no worker carries out yet.
    public static List<Problem> undone(JsonNode definition) {
        JsonNode ears = definition.path("services").path("ear");
        Stream<Problem> undone = IntStream.range(0, ears.size())
                .filter(n -> UNDONE_EARS.contains(ears.path(n).path("service").asString("")))
                .mapToObj(n -> new Problem("services.ear[" + n + "].service", "is one that no worker has yet"));
        boolean isSpeculative = definition.path("engine").asString("").equals(AgentGraph.Engine.CASCADE.word())
                && definition.path("settings").path("speculative").asBoolean(false);
        Stream<Problem> early = isSpeculative
                ? Stream.of(new Problem("settings.speculative", "is nothing that a worker does yet: a brain is asked when the turn is over"))
                : Stream.empty();
        return Stream.concat(undone, early).limit(ScriptedDefinition.MAX_PROBLEMS).toList();
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
