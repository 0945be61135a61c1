package io.agentstream.dev.simulator.caller;

/// Something that happened in a call, `atMs` milliseconds after `start` was sent (negative: before it).
public record CallEvent(long atMs, Kind kind, String detail) {

    /// What can happen.
    public enum Kind {
        /// The socket was accepted.
        CONNECTED,
        /// The `start` frame was sent.
        STARTED,
        /// The first reply audio arrived.
        FIRST_AUDIO,
        /// The caller begins to hear the agent.
        AGENT_SPEAKS,
        /// The caller has heard nothing for a while.
        AGENT_SILENT,
        /// The caller begins to speak.
        SAID,
        /// The caller pressed a key.
        PRESSED,
        /// The gateway dropped what was buffered.
        CLEARED,
        /// The gateway set a mark.
        MARKED,
        /// A mark was played, or cleared, and reported if marks are echoed.
        MARK_REACHED,
        /// The gateway sent something that a provider would warn about and ignore.
        REJECTED,
        /// The caller hung up.
        HUNG_UP,
        /// The socket is closed.
        CLOSED
    }
}
