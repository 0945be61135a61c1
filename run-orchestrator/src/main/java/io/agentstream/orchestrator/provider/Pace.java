package io.agentstream.orchestrator.provider;

import java.util.OptionalLong;

/// Keeps the requests of each of a provider's domains within the provider's limit. Any thread; may block on the database, and throws
/// what it throws.
public interface Pace {

    /// Takes a place in line. Both times are on the scale of [System#nanoTime].
    ///
    /// @return nanoseconds to wait before the request may go out; nothing where that would be after the deadline
    OptionalLong reserve(String domain, long nowNanos, long deadlineNanos);

    /// Takes places that are free at this moment, for requests that can wait: some are left for those that cannot.
    ///
    /// @return how many, at most `most`
    int take(String domain, int most);
}
