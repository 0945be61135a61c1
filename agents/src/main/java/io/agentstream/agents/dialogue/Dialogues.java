package io.agentstream.agents.dialogue;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Problem;
import tools.jackson.databind.JsonNode;

/// What the conversation of an agent begins with: the same for the worker that holds it and for whoever runs it again. Any thread.
public final class Dialogues {

    private static final String CASCADE = "cascade";

    private Dialogues() {}

    /// @param context what is known of the call from the start: where the values of variables come from
    /// @throws IllegalArgumentException where the definition is none of the engine that it names; says where
    public static Dialogue of(JsonNode definition, JsonNode context) {
        return switch (definition.path("engine").asString("")) {
            case ScriptedDefinition.ENGINE -> switch (ScriptedDefinition.parse(definition)) {
                case ScriptedDefinition.Parsed.Valid valid -> ScriptedDialogue.of(valid.definition(), context);
                case ScriptedDefinition.Parsed.Invalid invalid -> throw new IllegalArgumentException(
                        "not a scripted definition: " + said(invalid.problems().getFirst()));
            };
            case CASCADE -> switch (AgentGraph.parse(definition)) {
                case AgentGraph.Parsed.Valid valid -> CascadeDialogue.of(valid.graph(), context);
                case AgentGraph.Parsed.Invalid invalid -> throw new IllegalArgumentException(
                        "not a graph: " + said(invalid.problems().getFirst()));
            };
            default -> Dialogue.OUTSIDE;
        };
    }

    private static String said(Problem problem) {
        return problem.field() + " " + problem.message();
    }
}
