package io.agentstream.orchestrator.provider;

/// What the provider says of a session.
public sealed interface SessionCheck {

    /// It exists, and nothing says that it is over.
    record Live() implements SessionCheck {}

    /// The provider has spoken, or need not be asked: asking again changes nothing.
    record NotLive(Reason reason) implements SessionCheck {}

    /// The provider could not be asked in time.
    record Unavailable(Trouble trouble) implements SessionCheck {}

    enum Reason {
        /// Nobody here speaks with that provider; nothing was sent.
        UNKNOWN_PROVIDER,
        /// The session's text is none that the provider makes; nothing was sent.
        MALFORMED_SESSION,
        /// The stored token cannot stand in a header; nothing was sent.
        MALFORMED_TOKEN,
        /// The provider could not tell us what it has to tell: nobody has said under which address it reaches us. Nothing was sent.
        NO_ADDRESS,
        /// 401 or 403: the stored token is wrong or lacks the scope.
        UNAUTHORIZED,
        /// 404: no such session or domain.
        UNKNOWN,
        /// It has an end time, or a status that says so.
        ENDED,
        /// Another status than the API's description allows.
        UNEXPECTED_STATUS,
        /// 200 with a body that is too large or is not a JSON object.
        UNREADABLE_ANSWER
    }
}
