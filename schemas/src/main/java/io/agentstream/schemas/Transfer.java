package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

/// How it ended that a caller was to be given to somebody else.
public enum Transfer {
    /// The other side has the caller: the call goes on without us.
    CONNECTED,
    BUSY,
    NO_ANSWER,
    /// The other side heard what it is about, and did not take the call.
    REFUSED,
    /// The provider did not do it, or nobody knows how it ended: the caller is still with us.
    @JsonEnumDefaultValue
    FAILED
}
