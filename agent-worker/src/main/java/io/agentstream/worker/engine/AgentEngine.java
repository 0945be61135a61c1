package io.agentstream.worker.engine;

import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One way of hearing and answering. Any thread; keeps nothing of a conversation itself.
public interface AgentEngine {

    /// Value of `engine` in an agent's definition.
    String name();

    /// Whether caller and agent speak in turns. Where they do, the session is asked by `think`, or, where a dialogue decides within the
    /// machine, by `perform`; where they do not, its replies belong to the turn that is given to `flow`.
    boolean takesTurns();

    /// Whether the session wants the caller's audio.
    boolean hears();

    /// Opens a conversation. Must return at once; what takes time is begun here and goes on elsewhere.
    ///
    /// @param out where the session's replies go; takes them from any thread
    /// @throws IllegalArgumentException where the definition is not one of this engine's
    AgentSession open(Opening opening, ReplySink out);

    /// Does what the first conversation of a definition would otherwise have to wait for. May block.
    default void warmUp(JsonNode definition) {}

    /// What a conversation begins with.
    ///
    /// @param callId the call
    /// @param organizationId whose agent it is
    /// @param definition the agent's definition
    /// @param initialContext what is known of the call from the start
    /// @param dialogue what decides within the machine; [Dialogue#OUTSIDE] where the session does
    /// @param memory what the session said last to be its memory, where the conversation goes on from another worker
    record Opening(
            CallId callId, long organizationId, JsonNode definition, JsonNode initialContext, MediaFormat mediaFormat, Dialogue dialogue,
            @Nullable JsonNode memory) {}
}
