package io.agentstream.dev.simulator.sandbox;

/// What goes back over the wire.
sealed interface Answer {

    /// A JSON body with a status.
    record Json(int status, String body) implements Answer {}

    /// A status alone.
    record Bare(int status) implements Answer {}

    /// Cut the connection.
    record Cut() implements Answer {}

    /// An answer that waits `delayMs` before it goes.
    record Timed(Answer answer, long delayMs) {}

    /// The status, or 0 where there is none.
    default int statusOrZero() {
        return switch (this) {
            case Json json -> json.status;
            case Bare bare -> bare.status;
            case Cut _ -> 0;
        };
    }
}
