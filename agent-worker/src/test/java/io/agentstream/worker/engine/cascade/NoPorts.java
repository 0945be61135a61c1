package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Mouth;

/// Has no service at all; a test has those that it is about.
public class NoPorts implements Ports {

    @Override
    public Ear ear(Service service, Settings settings, Ear.Listener listener) {
        throw new IllegalStateException("not here");
    }

    @Override
    public Brain brain(Service service) {
        throw new IllegalStateException("not here");
    }

    @Override
    public Mouth mouth(Service service, Settings settings) {
        throw new IllegalStateException("not here");
    }

    @Override
    public Tools tools() {
        throw new IllegalStateException("not here");
    }

    @Override
    public ToolServer server(Tool.Mcp server) {
        throw new IllegalStateException("not here");
    }
}
