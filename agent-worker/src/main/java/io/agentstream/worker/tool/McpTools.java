package io.agentstream.worker.tool;

import io.agentstream.agents.definition.Tool;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.wire.Wire;

/// Opens servers of the Model Context Protocol over the guarded ways out. An address that the guard does not let through is not connected to. Any
/// thread.
public final class McpTools {

    private final Wire wire;

    public McpTools(Wire wire) {
        this.wire = wire;
    }

    /// Begins to ask the server what it has; returns at once.
    public ToolServer open(Tool.Mcp server, KeySource key) {
        McpServer opened = new McpServer(wire, server, key, McpServer.USUAL_LIST_LIMIT_MS);
        opened.open();
        return opened;
    }
}
