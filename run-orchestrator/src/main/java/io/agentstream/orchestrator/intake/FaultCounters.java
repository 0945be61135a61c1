package io.agentstream.orchestrator.intake;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.RunEvent;
import io.micrometer.core.instrument.Counter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts what was wrong with calls although nobody complained, by fault. Any thread.
final class FaultCounters {

    private final Map<String, Counter> counters = new HashMap<>();

    FaultCounters(Metrics metrics) {
        for (SilentFault fault : SilentFault.values()) { // so that each is there, with 0, before the first
            counters.put(fault.code(), metrics.counter("agent_stream_orchestrator_silent_faults", "fault", fault.code()));
        }
    }

    /// What was decided earlier was counted then.
    void count(Decision decision) {
        for (RunEvent event : decision.repeated() ? List.<RunEvent>of() : decision.events()) {
            List<String> faults = switch (event) {
                case RunEvent.Completed completed -> completed.faults();
                case RunEvent.Failed failed -> failed.faults();
                case RunEvent.Created _, RunEvent.Running _, RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ -> null;
            };
            if (faults != null) {
                faults.forEach(fault -> {
                    Counter counter = counters.get(fault);
                    if (counter != null) {
                        counter.increment();
                    }
                });
            }
        }
    }
}
