package io.agentstream.worker.service;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// How a [Realtime] session is to be.
///
/// @param instructions what the agent is to do
/// @param language of the caller, as `en`
/// @param sessionMs after this a session is replaced at the end of a turn: shorter than the service allows
/// @param options further parameters of the service's own, put into the session as they are; they replace none of ours
public record RealtimeSettings(
        Connection connection, String model, String voice, String instructions, String language, List<BrainRequest.Tool> tools,
        long sessionMs, JsonNode options) {

    /// Five minutes less than the hour that OpenAI allows.
    public static final long USUAL_SESSION_MS = 55 * 60_000;

    public RealtimeSettings {
        tools = List.copyOf(tools);
    }

    public RealtimeSettings with(String otherInstructions, List<BrainRequest.Tool> otherTools) {
        return new RealtimeSettings(connection, model, voice, otherInstructions, language, otherTools, sessionMs, options);
    }

    /// Without the instructions.
    @Override
    public String toString() {
        return "RealtimeSettings[" + model + "]";
    }
}
