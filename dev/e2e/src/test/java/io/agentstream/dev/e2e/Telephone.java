package io.agentstream.dev.e2e;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import java.net.URI;

/// Calls, one at a time.
final class Telephone {

    private Telephone() {}

    /// A call to this agent of the demo organisation.
    static CallPlan plan(LocalSystem system, String agent) {
        return CallPlan.to(URI.create(system.demo().streamUrl().replace(system.demo().agentUuid(), agent)), system.demo().domain());
    }

    /// Places a call, and is back when it is over.
    static CallOutcome place(CallPlan plan) throws InterruptedException {
        try (SimulatedProvider provider = new SimulatedProvider()) {
            return provider.place(plan);
        }
    }
}
