package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

/// How a call that was running came to its end, and by whom.
public enum End {
    CALLER_HANGUP,
    AGENT_HANGUP,
    TRANSFERRED,
    MAX_DURATION,
    IDLE,
    DRAINED,
    /// The owner's money was used up while it talked.
    CREDITS,
    /// The provider opened another socket for the same session, and the call goes on there.
    REPLACED,
    /// Nobody said that it ended: its gateway went quiet.
    LOST,
    /// In a way that only a newer writer knows; what a reader makes of a constant that it has not got. The call has ended all the same.
    @JsonEnumDefaultValue
    OTHER
}
