package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.worker.engine.ServiceMeter;
import io.agentstream.worker.service.Mouth;

/// Where a session gets what sessions of all kinds use. Any thread; returns at once.
public interface SessionPorts extends ToolPorts {

    /// @throws RuntimeException where there is no such service: to the conversation it has refused
    Mouth mouth(Service service, Settings settings);

    /// The model that a service means, whether its definition names it or not; empty where there is nothing to choose.
    default String model(Role role, Service service) {
        return service.model() == null ? "" : service.model();
    }

    /// Whose use is counted.
    ///
    /// @param fallback whether another one stands before it
    default ServiceMeter.Who who(Role role, Service service, boolean fallback) {
        return new ServiceMeter.Who(role, service.service(), model(role, service), fallback);
    }
}
