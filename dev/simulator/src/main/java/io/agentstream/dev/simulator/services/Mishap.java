package io.agentstream.dev.simulator.services;

/// What happens to a request, or to a connection.
public enum Mishap {
    /// Nothing.
    NONE,
    /// Every message in frames, chunks and TCP segments of a few bytes.
    SPLIT,
    /// The key is not accepted.
    REFUSED,
    /// Too many requests, and to be asked again in 50 ms.
    BUSY,
    /// Too many requests, and to be asked again in an hour.
    BUSY_FOR_LONG,
    /// What was bought is used up.
    NO_QUOTA,
    /// An error inside the service.
    ERROR,
    /// The connection is lost before anything of an answer.
    LOST,
    /// The connection is lost in the middle of an answer.
    CUT,
    /// An error is told in the middle of an answer.
    ERROR_WITHIN,
    /// The answer ends in order, but without the mark of its end.
    UNENDED,
    /// Accepted, and never answered.
    SILENT,
    /// An answer with nothing in it.
    EMPTY,
    /// Messages of kinds that did not exist yesterday, between the others.
    UNKNOWN,
    /// A message of several megabytes.
    HUGE,
    /// A message that is not of the protocol.
    GARBAGE
}
