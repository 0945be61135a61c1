package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Mouth;

/// Where a session gets the services of its agent. Any thread; returns at once.
public interface Ports extends ToolPorts {

    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Ear ear(Service service, Settings settings, Ear.Listener listener);

    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Brain brain(Service service);

    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Mouth mouth(Service service, Settings settings);

    /// The model that a service means, whether its definition names it or not; empty where there is nothing to choose.
    default String model(Role role, Service service) {
        return service.model() == null ? "" : service.model();
    }
}
