package io.agentstream.schemas;

/// How a call that was running came to its end, and by whom.
public enum End {
    CALLER_HANGUP,
    AGENT_HANGUP,
    TRANSFERRED,
    MAX_DURATION,
    IDLE,
    DRAINED,
    /// Nobody said that it ended: its gateway went quiet.
    LOST
}
