package io.agentstream.dev.simulator.sandbox;

import java.util.Locale;
import java.util.Optional;

/// How the sandbox answers a request for a session.
public enum Behaviour {
    /// The session is there and live.
    LIVE,
    /// The session is there and has ended.
    ENDED,
    /// 404.
    NOT_FOUND,
    /// 401, whatever the token.
    UNAUTHORIZED,
    /// 403, whatever the token.
    FORBIDDEN,
    /// 429.
    RATE_LIMITED,
    /// 500.
    ERROR,
    /// As live, after a delay: 10 s unless the script says otherwise.
    SLOW,
    /// The connection is cut without an answer.
    RESET,
    /// It is done, and the connection is cut before the answer.
    LOST,
    /// 200 with a body that is no JSON.
    GARBAGE;

    /// The word for it in the sandbox's own API.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Behaviour> of(String word) {
        for (Behaviour behaviour : values()) {
            if (behaviour.word().equals(word)) {
                return Optional.of(behaviour);
            }
        }
        return Optional.empty();
    }
}
