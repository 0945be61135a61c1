package io.agentstream.orchestrator.provider;

/// How a session stands that was begun to call somebody.
public sealed interface Leg {

    /// @param answered whether somebody has answered the telephone
    record Open(boolean answered) implements Leg {}

    /// @param answered whether somebody had answered the telephone
    record Over(Why why, boolean answered) implements Leg {}

    /// The provider does not know it: it is over, or was begun just now and has not come to whoever was asked.
    record Missing() implements Leg {}

    /// The provider could not be asked, or says nothing that can be understood.
    record Unknown() implements Leg {}

    /// Why it is over.
    enum Why {
        BUSY,
        NO_ANSWER,
        /// It was a call like any other, and has ended; or the provider does not say more.
        ENDED,
        /// It never came to ring.
        FAILED
    }
}
