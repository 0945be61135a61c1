package io.agentstream.cli.audit;

import java.time.Duration;
import java.time.Instant;

/// Which calls are looked at, and when one is quiet enough to be judged.
///
/// @param from when the first of them was accepted
/// @param until before which the last of them was
/// @param now when it is looked
/// @param settledAfter how long nothing was heard of a call that is over, so that all there is to say of it was said
/// @param quietAfter the same of a call of which nobody said that it is over: by then somebody should have
public record Window(Instant from, Instant until, Instant now, Duration settledAfter, Duration quietAfter) {

    public Window {
        if (until.isBefore(from)) {
            throw new IllegalArgumentException("a window that ends before it begins");
        }
    }
}
