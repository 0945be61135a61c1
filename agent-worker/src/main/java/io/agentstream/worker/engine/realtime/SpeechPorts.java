package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.worker.engine.cascade.SessionPorts;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import java.util.List;

/// Where a session gets the services of its agent; a mouth speaks where none does. Any thread; returns at once.
public interface SpeechPorts extends SessionPorts {

    /// @param history what was said before
    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Realtime realtime(
            Service service, Settings settings, String instructions, List<BrainRequest.Tool> tools, List<Message> history, Realtime.Listener listener);
}
