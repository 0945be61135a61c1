package io.agentstream.calllog.timeline;

import java.util.ArrayList;
import java.util.List;

/// What was found wrong so far; of a call that is slow at every turn the first hundred. One thread.
final class FaultList {

    private static final int MAX = 100;

    private final Tape tape;
    private final List<TimelineSummary.Fault> found = new ArrayList<>();

    FaultList(Tape tape) {
        this.tape = tape;
    }

    void add(TimelineSummary.Fault fault) {
        tape.put(new TimelineEntry.Fault(fault.atMs(), null, null, fault.fault(), fault.turn(), fault.ms()));
        if (found.size() < MAX) {
            found.add(fault);
        }
    }

    List<TimelineSummary.Fault> found() {
        return List.copyOf(found);
    }

    boolean isOneWay() {
        return found.stream().anyMatch(fault -> switch (fault.fault()) {
            case NO_CALLER_AUDIO, CALLER_SILENT, AGENT_UNHEARD, AGENT_SILENT -> true;
            case AGENT_NEVER_ANSWERED, SLOW_TURN -> false;
        });
    }
}
