package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.RunEvent;
import io.micrometer.core.instrument.Counter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts what was wrong with calls although nobody complained, by fault. Any thread.
final class FaultCounters {

    /// Those that a run's end can have, so that each is there, with 0, before the first.
    private static final List<String> FAULTS = List.of("no_caller_audio", "agent_unheard", "agent_never_answered", "slow_turn");

    private final Map<String, Counter> counters = new HashMap<>();

    FaultCounters(Metrics metrics) {
        FAULTS.forEach(fault -> counters.put(fault, metrics.counter("agent_stream_orchestrator_silent_faults", "fault", fault)));
    }

    /// What was decided earlier was counted then.
    void count(Decision decision) {
        for (RunEvent event : decision.repeated() ? List.<RunEvent>of() : decision.events()) {
            List<String> faults = switch (event) {
                case RunEvent.Completed completed -> completed.faults();
                case RunEvent.Failed failed -> failed.faults();
                case RunEvent.Created _, RunEvent.Running _, RunEvent.HangUp _, RunEvent.Transferred _ -> null;
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
