package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.conversation.ToolRequest;
import io.agentstream.agents.definition.HttpCall;
import io.agentstream.agents.definition.Served;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.CascadeState.Used;
import io.agentstream.schemas.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What goes to other systems for the uses of tools, in one step: what is done there cannot be taken back.
final class Outside {

    /// How much longer than a tool's own limit it is waited for: as long as it may take until it is asked for, and what the answer's way takes. So nothing is
    /// asked for of which it was told that it takes too long.
    private static final long GRACE_MS = CallTool.LEAVES_WITHIN_MS + 500;

    private final CascadeStep step;

    Outside(CascadeStep step) {
        this.step = step;
    }

    /// What is sent for a use, whether somebody else had begun it, how long its answer may take, and what is said meanwhile.
    record Errand(ToolRequest request, boolean again, long limitMs, @Nullable Template say) {

        /// @param key see [CallTool#key()]
        CallTool call(int turn, int number, String key, String tool, JsonNode arguments) {
            return new CallTool(turn, number, key, tool, arguments.toString(), request, again);
        }
    }

    /// The tool that a brain means by a name, its own or that of a server; nothing where there is none.
    Optional<Tool> named(String name) {
        Tool own = step.graph.tools().get(name);
        return own == null ? Served.by(step.graph.tools().values(), name).map(Tool.class::cast) : Optional.of(own);
    }

    /// Whether the tool asks another system.
    boolean isAsked(Used used) {
        return named(used.use().tool()).filter(tool -> tool instanceof Tool.Http || tool instanceof Tool.Mcp).isPresent();
    }

    /// Nothing where the tool asks no other system.
    ///
    /// @param again whether somebody else had begun it
    Optional<Errand> errand(String name, JsonNode arguments, boolean again) {
        return named(name).flatMap(tool -> switch (tool) {
            case Tool.Http http -> Optional.of(new Errand(
                    HttpRequest.of(http.call(), step.values().with(given(http, arguments))), again, limitMs(http.call()), http.say()));
            case Tool.Mcp server -> Optional.of(new Errand(new McpRequest(server.name(), name), again, server.timeoutMs() + GRACE_MS, null));
            case Tool.HangUp _, Tool.EndWithOutcome _, Tool.SetVariable _, Tool.SendDtmf _, Tool.Transfer _ -> Optional.empty();
        });
    }

    static long limitMs(HttpCall call) {
        return call.longestMs() + GRACE_MS;
    }

    /// What the brain gave of what it was asked for: nothing else becomes a variable, and what is not given is none of the same name.
    private static Map<String, JsonNode> given(Tool.Http http, JsonNode arguments) {
        Map<String, JsonNode> given = new HashMap<>();
        http.parameters().keySet().forEach(each -> given.put(
                each, arguments.has(each) ? arguments.path(each) : Json.MAPPER.getNodeFactory().nullNode()));
        return given;
    }
}
