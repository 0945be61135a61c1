package io.agentstream.agents.dialogue;

import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.WellFormed;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What the conversation of an agent begins with: the same for the worker that holds it and for whoever runs it again. Any thread.
public final class Dialogues {

    private static final String CASCADE = "cascade";
    private static final String REALTIME = "realtime";

    private Dialogues() {}

    /// What a stored definition has become.
    ///
    /// @param passedOver what today's rules refuse in it, as if it did not stand there
    public record Read(Dialogue dialogue, List<Problem> passedOver) {}

    /// Of a definition that was accepted when it was written, perhaps by other rules than today's: what these refuse is passed over where the conversation is the same without it.
    ///
    /// @param began how the run began: where the values of variables come from
    /// @throws IllegalArgumentException where the definition is none of the engine that it names, or would be another one without what is refused; says where
    public static Read read(JsonNode definition, RunEvent.Running began) {
        return read(definition, Known.of(began));
    }

    /// As above, without what was passed over.
    public static Dialogue of(JsonNode definition, RunEvent.Running began) {
        return read(definition, began).dialogue();
    }

    /// As above, of a call of which nobody knows more than what came with it.
    ///
    /// @param context what came with the call
    /// @throws IllegalArgumentException where the definition is none of the engine that it names; says where
    public static Dialogue of(JsonNode definition, JsonNode context) {
        return read(definition, Known.of(context)).dialogue();
    }

    private static Read read(JsonNode given, Known known) {
        JsonNode definition = WellFormed.json(given); // JSON can name in an escape what cannot be written
        return switch (definition.path("engine").asString("")) {
            case ScriptedDefinition.ENGINE -> switch (ScriptedDefinition.stored(definition)) {
                case ScriptedDefinition.Parsed.Valid valid -> new Read(ScriptedDialogue.of(valid.definition(), known.context()), valid.warnings());
                case ScriptedDefinition.Parsed.Invalid invalid -> throw new IllegalArgumentException(
                        "not a scripted definition: " + said(invalid.problems().getFirst()));
            };
            case CASCADE, REALTIME -> switch (AgentGraph.stored(definition)) {
                case AgentGraph.Parsed.Valid valid -> new Read(CascadeDialogue.of(valid.graph(), known), valid.warnings());
                case AgentGraph.Parsed.Invalid invalid -> throw new IllegalArgumentException(
                        "not a graph: " + said(invalid.problems().getFirst()));
            };
            default -> new Read(Dialogue.OUTSIDE, List.of());
        };
    }

    private static String said(Problem problem) {
        return problem.field() + " " + problem.message();
    }
}
