package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Tool;

/// Where a session gets what uses the tools of its agent. Any thread; returns at once.
public interface ToolPorts {

    /// What uses tools.
    Tools tools();

    /// Begins to ask a server of tools what it has; to be closed.
    ToolServer server(Tool.Mcp server);
}
