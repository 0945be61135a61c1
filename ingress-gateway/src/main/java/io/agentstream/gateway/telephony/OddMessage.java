package io.agentstream.gateway.telephony;

import java.util.Locale;

/// How a message of a running call can be odd. A single odd message is passed over: people's phones are on the call.
public enum OddMessage {
    /// Not one JSON object.
    MALFORMED,
    /// No text at all.
    EMPTY,
    /// An event that we do not know, or none.
    UNKNOWN,
    /// A greeting that there was already.
    REPEATED,
    /// An event that we know without what belongs to it, or with something else in its place.
    MISTYPED,
    /// Audio that is not base64.
    BAD_AUDIO;

    /// The name for metrics and events.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
