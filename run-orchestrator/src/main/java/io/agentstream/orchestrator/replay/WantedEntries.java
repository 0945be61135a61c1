package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.timeline.TimelineEntry;

/// Which entries of a timeline somebody wants. Any thread.
@FunctionalInterface
public interface WantedEntries {

    /// @param fromMs when it began, in milliseconds since the accepted socket
    /// @param atMs when it was over, which is the same for what does not last
    boolean wants(Class<? extends TimelineEntry> kind, long fromMs, long atMs);
}
