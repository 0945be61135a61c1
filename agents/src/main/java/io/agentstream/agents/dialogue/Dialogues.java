package io.agentstream.agents.dialogue;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.WellFormed;
import tools.jackson.databind.JsonNode;

/// What the conversation of an agent begins with: the same for the worker that holds it and for whoever runs it again. Any thread.
public final class Dialogues {

    private static final String CASCADE = "cascade";
    private static final String REALTIME = "realtime";

    private Dialogues() {}

    /// @param began how the run began: where the values of variables come from
    /// @throws IllegalArgumentException where the definition is none of the engine that it names; says where
    public static Dialogue of(JsonNode definition, RunEvent.Running began) {
        return of(definition, Known.of(began));
    }

    /// As above, of a call of which nobody knows more than what came with it.
    ///
    /// @param context what came with the call
    /// @throws IllegalArgumentException where the definition is none of the engine that it names; says where
    public static Dialogue of(JsonNode definition, JsonNode context) {
        return of(definition, Known.of(context));
    }

    private static Dialogue of(JsonNode given, Known known) {
        JsonNode definition = WellFormed.json(given); // JSON can name in an escape what cannot be written
        return switch (definition.path("engine").asString("")) {
            case ScriptedDefinition.ENGINE -> switch (ScriptedDefinition.parse(definition)) {
                case ScriptedDefinition.Parsed.Valid valid -> ScriptedDialogue.of(valid.definition(), known.context());
                case ScriptedDefinition.Parsed.Invalid invalid -> throw new IllegalArgumentException(
                        "not a scripted definition: " + said(invalid.problems().getFirst()));
            };
            case CASCADE, REALTIME -> switch (AgentGraph.parse(definition)) {
                case AgentGraph.Parsed.Valid valid -> CascadeDialogue.of(valid.graph(), known);
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
