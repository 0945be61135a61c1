package io.agentstream.orchestrator.api;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.agentstream.calllog.timeline.TimelineEntry;
import io.agentstream.orchestrator.replay.WantedEntries;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which entries of a timeline are wanted.
///
/// @param fromMs null: from the beginning
/// @param toMs null: to the end
/// @param kinds empty: all of them
record TimelineFilter(@Nullable Long fromMs, @Nullable Long toMs, List<String> kinds) implements WantedEntries {

    static final List<String> KINDS = Arrays.stream(TimelineEntry.class.getPermittedSubclasses())
            .map(TimelineFilter::kind)
            .toList();

    static TimelineFilter of(Query query, long maxMs) {
        return new TimelineFilter(query.whole("from", maxMs), query.whole("to", maxMs), query.words("kind", KINDS));
    }

    /// Of what lasts, whatever reaches into the time is wanted.
    boolean wants(TimelineEntry entry) {
        return wants(entry.getClass(), entry.fromMs(), entry.atMs());
    }

    @Override
    public boolean wants(Class<? extends TimelineEntry> kind, long beganMs, long atMs) {
        return (fromMs == null || atMs >= fromMs)
                && (toMs == null || beganMs <= toMs)
                && (kinds.isEmpty() || kinds.contains(kind(kind)));
    }

    private static String kind(Class<?> type) {
        return type.getAnnotation(JsonTypeName.class).value();
    }
}
