package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;

/// Where a session gets the services of its agent. Any thread; returns at once.
public interface Ports extends SessionPorts {

    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Ear ear(Service service, Settings settings, Ear.Listener listener);

    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Brain brain(Service service);
}
