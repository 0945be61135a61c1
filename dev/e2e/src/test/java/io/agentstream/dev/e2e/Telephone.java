package io.agentstream.dev.e2e;

import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.SimulatedProvider;

/// Calls, one at a time.
final class Telephone {

    private Telephone() {}

    /// Places a call, and is back when it is over.
    static CallOutcome place(CallPlan plan) throws InterruptedException {
        try (SimulatedProvider provider = new SimulatedProvider()) {
            return provider.place(plan);
        }
    }
}
