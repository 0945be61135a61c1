package io.agentstream.orchestrator.provider;

/// Why the provider could not be asked in time; the last try's trouble counts.
public enum Trouble {
    /// It said 429, or our own limiter has no room before the deadline.
    RATE_LIMITED,
    /// It said 5xx.
    SERVER_ERROR,
    /// It did not answer in time.
    TIMEOUT,
    /// No connection, or one that broke.
    IO_ERROR,
    /// This process is closing.
    CLOSED
}
