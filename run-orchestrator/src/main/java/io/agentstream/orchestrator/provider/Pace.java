package io.agentstream.orchestrator.provider;

import java.util.OptionalLong;

/// Keeps the requests of each of a provider's accounts within the provider's limit. Any thread; may block on the database, and throws
/// what it throws.
public interface Pace {

    /// Takes a place in line. Both times are on the scale of [System#nanoTime].
    ///
    /// @param line whose requests these are: each line has the limit for itself
    /// @return nanoseconds to wait before the request may go out; nothing where that would be after the deadline
    OptionalLong reserve(String line, long nowNanos, long deadlineNanos);

    /// Takes places that are free at this moment, for requests that can wait: some are left for those that cannot.
    ///
    /// @param most at most so many
    Turns take(String line, int most);

    /// The answer to a request that had one of these turns took long, so that nobody knows when the request arrived: its turn counts
    /// from now on. Where the limit is one that nobody has to keep to, it need not.
    default void late(String line, Turns turns) {}
}
