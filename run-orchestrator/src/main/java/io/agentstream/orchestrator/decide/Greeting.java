package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.CallEvent;
import java.time.Duration;
import java.util.Optional;

/// What else is known of a call whose offer is being decided on: which session its socket speaks of, once it has said so. Any thread;
/// blocks.
@FunctionalInterface
public interface Greeting {

    /// Of an offer that is decided on by itself.
    Greeting NONE = _ -> Optional.empty();

    /// The start message, where it is there by the end of `patience`; nothing where it is not, or where the call ended without it.
    ///
    /// @throws NotNowException where nothing came and the call is somebody else's to decide on by now
    Optional<CallEvent.Started> await(Duration patience) throws InterruptedException;

    /// How long ago the offer was read, by our own clock.
    default Duration age() {
        return Duration.ZERO;
    }
}
