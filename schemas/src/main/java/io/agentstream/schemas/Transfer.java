package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

/// How it ended that a caller was to be given to somebody else.
public enum Transfer {
    /// Somebody else has the caller: the call goes on without us. Of a blind transfer that is the provider, which rings then: nobody here learns whether
    /// anybody answers. It also counts as done where nobody knows whether it was, so that no caller is cut off who is with somebody else.
    CONNECTED,
    BUSY,
    NO_ANSWER,
    /// The other side heard what it is about, and did not take the call.
    REFUSED,
    /// The provider did not do it, or nothing became of it in time: the caller is still with us.
    @JsonEnumDefaultValue
    FAILED
}
