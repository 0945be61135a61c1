package io.agentstream.orchestrator.provider;

/// Why the provider could not be asked in time; the last try's trouble counts.
public enum Trouble {
    /// It said 429, or our own limiter has no room before the deadline.
    RATE_LIMITED,
    /// It said 5xx, but for those of [#NO_WORD_FROM_BEHIND].
    SERVER_ERROR,
    /// It said 502 or 504: whatever stands before it does not know what it did.
    NO_WORD_FROM_BEHIND,
    /// There was no connection, or no time for one: nothing was sent, and so nothing was done.
    NOT_SENT,
    /// It did not answer in time.
    TIMEOUT,
    /// The connection broke.
    IO_ERROR,
    /// This process is closing, and the request was under way.
    CLOSED
}
