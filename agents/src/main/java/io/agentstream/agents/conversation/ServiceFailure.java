package io.agentstream.agents.conversation;

/// Why a service did not do what it was asked to.
///
/// @param retryAfterMs how long it wants to be left alone, where it said so; else 0
public record ServiceFailure(Kind kind, long retryAfterMs) {

    public ServiceFailure(Kind kind) {
        this(kind, 0);
    }

    public enum Kind {
        /// The key or what it may do: asking again does not help.
        REFUSED,
        /// What it is told is longer than it can take in: a shorter one it may take.
        TOO_LONG,
        /// Too much is asked of it.
        BUSY,
        /// The network, or something that does not belong there.
        BROKEN,
        /// Nothing came for too long.
        SILENT
    }

    /// Whether asking the same service again, at once, may help. Who said nothing for seconds has had its chance.
    public boolean passes() {
        return kind == Kind.BUSY || kind == Kind.BROKEN;
    }
}
