package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Realtime;
import java.util.List;

/// Has no service at all; a test has those that it is about.
public class NoSpeechPorts implements SpeechPorts {

    @Override
    public Realtime realtime(
            Service service, Settings settings, String instructions, List<BrainRequest.Tool> tools, List<Message> history, Realtime.Listener listener) {
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
