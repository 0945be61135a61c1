package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineReading;
import io.agentstream.calllog.timeline.TimelineReading.Placed;
import io.agentstream.calllog.timeline.TimelineSummary;
import io.agentstream.schemas.CallId;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes a run's timeline of its log, some minutes of the call at a time. What comes of it is the summary.
final class TimelineSteps implements ReadBack.Steps<TimelineSummary> {

    private static final int ENTRIES_AT_ONCE = 20_000;

    private final Opening opening;
    private final TimelineReading timeline;
    private @Nullable CallReading entries;
    private boolean isClosed;

    /// Begins to read.
    @FunctionalInterface
    interface Opening {
        CallReading open() throws IOException;
    }

    /// @param taker gets each entry of the timeline
    TimelineSteps(Opening opening, CallId callId, TimelineLimits limits, Consumer<Placed> taker) {
        this.opening = opening;
        this.timeline = new TimelineReading(callId, limits, taker);
    }

    /// Locked against [#close()]: a step that is given up may still be under way.
    @Override
    public synchronized boolean step() throws IOException {
        if (isClosed) {
            return false;
        }
        CallReading from = entries == null ? opening.open() : entries;
        entries = from;
        for (int count = 0; count < ENTRIES_AT_ONCE; count++) {
            CallEntry entry = from.next();
            if (entry == null) {
                timeline.end();
                return false;
            }
            timeline.take(entry);
        }
        return true;
    }

    @Override
    public TimelineSummary result() {
        return timeline.summary();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        CallReading open = entries;
        entries = null;
        if (open != null) {
            open.close();
        }
    }
}
