package io.agentstream.gateway.socket;

import java.util.concurrent.TimeUnit;

/// How often one may be refused: so many times at once, and for long as often as the rate says. Who is refused more often owes no
/// more for it, so that the next may come when one refusal's time has passed. Guarded by [AdmissionControl].
final class RefusalRate {

    /// Refusals that may come at once, in seconds of the rate.
    static final int BURST_S = 5;

    private static final long BURST_US = TimeUnit.SECONDS.toMicros(BURST_S);

    private long aheadUntilUs;

    /// @param eachUs the time that one refusal takes up
    void charge(long eachUs, long nowUs) {
        // One more than may come at once: with less, a moment would be enough for the next.
        aheadUntilUs = Math.min(Math.max(aheadUntilUs, nowUs) + eachUs, nowUs + BURST_US + eachUs);
    }

    boolean isUsedUp(long nowUs) {
        return aheadUntilUs - nowUs >= BURST_US;
    }

    /// Whether nothing is left to be remembered.
    boolean isFresh(long nowUs) {
        return aheadUntilUs <= nowUs;
    }
}
