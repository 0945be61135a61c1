package io.agentstream.gateway.call;

import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;

/// What happens to a call.
public sealed interface CallInput {

    /// A text message came.
    record Heard(ProviderMessage message) implements CallInput {}

    /// The peer did something that no message may do.
    record Broken(Failure failure) implements CallInput {}

    /// The orchestrator wants the call.
    record Admitted() implements CallInput {}

    /// The run is running.
    record Opened() implements CallInput {}

    /// The orchestrator or the worker wants it closed.
    record Ordered(SocketCommand.Close close) implements CallInput {}

    /// The call is to end as soon as what is being said is said.
    ///
    /// @param withinUs after which it ends in any case
    record Finish(End end, long withinUs) implements CallInput {}

    /// The peer's close frame came.
    record PeerClosed(int code) implements CallInput {}

    /// The connection broke without one.
    record Lost() implements CallInput {}

    /// Time went by.
    ///
    /// @param lastSignUs when either side last gave a sign of life: the socket brought something, or something was played to the
    /// caller; may be in the future, where he is still to hear what was sent
    /// @param soundsUntilUs until when the caller hears something; in the past where he hears nothing now
    record Tick(long lastSignUs, long soundsUntilUs) implements CallInput {}

    /// An event of the call could not be written to Kafka.
    record NotRecorded() implements CallInput {}

    /// The gateway stops and has waited long enough.
    record Drained() implements CallInput {}

    /// No command reaches us any more, or none for long; or we broke.
    record Orphaned() implements CallInput {}
}
