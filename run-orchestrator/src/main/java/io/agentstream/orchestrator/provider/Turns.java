package io.agentstream.orchestrator.provider;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Requests that may go out, as far as a provider's limit goes. Immutable; any thread.
///
/// @param count how many
/// @param at when they were taken, by the clock of who keeps the line; null where nothing can be said of them afterwards
/// @param fromNs when they may go out, on the scale of [System#nanoTime]
public record Turns(int count, @Nullable Instant at, long fromNs) {

    public static final Turns NONE = new Turns(0, null, 0);

    /// So many, now.
    public static Turns now(int count, @Nullable Instant at) {
        return new Turns(count, at, System.nanoTime());
    }

    /// Since when they could have gone out; negative where that is still to come.
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - fromNs);
    }
}
