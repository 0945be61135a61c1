package io.agentstream.calllog.timeline;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A [Timeline] whose entries know which record of the log they came with. Where somebody goes on who has seen a part, what he has not
/// seen is told by that: in whatever order the topics' records came together at the one time and at the other. One thread.
public final class TimelineReading {

    /// Behind everything.
    private static final long END = Long.MAX_VALUE;

    private final Timeline timeline;
    private final Consumer<Placed> taker;
    private final List<TimelineEntry> fresh = new ArrayList<>();
    /// Of each topic the offset behind the newest record that was taken.
    private final long[] behind = new long[CallReading.ALL.size()];

    /// An entry, and the record that it came with.
    ///
    /// @param topic place in [CallReading#ALL] of the record's topic; 0 of what is known at the end only
    /// @param offset of the record
    /// @param isLast whether nothing more comes with that record
    public record Placed(TimelineEntry entry, int topic, long offset, boolean isLast) {}

    public TimelineReading(CallId callId, TimelineLimits limits, Consumer<Placed> taker) {
        this.timeline = new Timeline(callId, limits, fresh::add);
        this.taker = taker;
    }

    /// The next entry of the log. A gap is placed with what stands behind it.
    public void take(CallEntry entry) {
        timeline.take(entry);
        LogRecord record = recordOf(entry);
        if (record != null) {
            int topic = placeOf(record.topic());
            place(topic, record.offset());
            behind[topic] = Math.max(behind[topic], record.offset() + 1);
        }
    }

    /// Nothing more will come.
    public void end() {
        timeline.end();
        place(0, END);
    }

    private void place(int topic, long offset) {
        for (int i = 0; i < fresh.size(); i++) {
            taker.accept(new Placed(fresh.get(i), topic, offset, i == fresh.size() - 1));
        }
        fresh.clear();
    }

    /// How far it has come: of each topic the offset behind the newest record that was taken, in the order of [CallReading#ALL].
    public long[] behind() {
        return behind.clone();
    }

    /// Whether the call's socket is closed or its run decided.
    public boolean isOver() {
        return timeline.isOver();
    }

    public TimelineSummary summary() {
        return timeline.summary();
    }

    private static int placeOf(Topic<?> topic) {
        return CallReading.ALL.indexOf(topic);
    }

    private static @Nullable LogRecord recordOf(CallEntry entry) {
        return switch (entry) {
            case CallEntry.Lifecycle e -> e.record();
            case CallEntry.Media e -> e.record();
            case CallEntry.Decision e -> e.record();
            case CallEntry.Conversation e -> e.record();
            case CallEntry.Command e -> e.record();
            case CallEntry.Unreadable e -> e.record();
            case CallEntry.Missing _ -> null;
        };
    }
}
