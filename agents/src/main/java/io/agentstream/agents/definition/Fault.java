package io.agentstream.agents.definition;

/// How a node's work can fail.
public enum Fault {
    /// No answer in time.
    TIMEOUT,
    /// The other system was not reached, or the connection broke.
    NETWORK,
    /// It answered with a status that is not 200 to 299.
    STATUS,
    /// It answered with more than is taken.
    TOO_LARGE,
    /// It answered something that is not JSON, where a result was to be kept.
    UNREADABLE,
    /// A service that the agent hears, thinks or speaks with has failed, and so have those that stand in for it.
    SERVICE
}
