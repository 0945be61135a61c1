package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.worker.engine.cascade.ToolPorts;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Realtime;
import java.util.List;

/// Where a session gets the services of its agent. Any thread; returns at once.
public interface SpeechPorts extends ToolPorts {

    /// @param history what was said before
    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Realtime realtime(
            Service service, Settings settings, String instructions, List<BrainRequest.Tool> tools, List<Message> history, Realtime.Listener listener);

    /// The voice that speaks where no service does.
    ///
    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Mouth mouth(Service service, Settings settings);

    /// The model that a service means, whether its definition names it or not; empty where there is nothing to choose.
    default String model(Role role, Service service) {
        return service.model() == null ? "" : service.model();
    }
}
