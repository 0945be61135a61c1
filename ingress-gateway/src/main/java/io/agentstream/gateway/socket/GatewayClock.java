package io.agentstream.gateway.socket;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The two clocks of a gateway. Any thread.
///
/// @param wall tells people and other machines when something was
/// @param nanos measures; never goes back
public record GatewayClock(InstantSource wall, LongSupplier nanos) {

    public long nowUs() {
        return nanos.getAsLong() / 1_000;
    }
}
