package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.schemas.CallId;
import io.agentstream.worker.engine.ReplySink;

/// Uses the tools of one conversation, and posts what came of each. The session's thread only, but for what they answer.
public final class ToolCalls {

    private final CallId callId;
    private final ToolPorts ports;
    private final ToolServers servers;
    private final Troubles troubles;
    private final ReplySink out;
    private final Uses uses = new Uses();

    public ToolCalls(CallId callId, ToolPorts ports, ToolServers servers, Troubles troubles, ReplySink out) {
        this.callId = callId;
        this.ports = ports;
        this.servers = servers;
        this.troubles = troubles;
        this.out = out;
    }

    /// One that cannot even be used has answered so.
    public void begin(CallTool call) {
        if (!troubles.isBegun("tool", () -> use(call))) {
            out.post(new ToolAnswered(call.turn(), call.number(), true, "{\"error\":\"it cannot be used\"}"));
        }
    }

    private void use(CallTool call) {
        String key = callId + "/" + call.key();
        uses.begin(
                call.turn(), call.number(),
                listener -> switch (call.request()) {
                    case HttpRequest http -> ports.tools().use(http, key, listener);
                    case McpRequest mcp -> servers.use(mcp, call, key, listener);
                },
                (failed, result) -> out.post(new ToolAnswered(call.turn(), call.number(), failed, result)));
    }

    public void stop(StopTool stop) {
        uses.stop(stop.turn(), stop.number());
    }

    public void close() {
        uses.close();
    }
}
