package io.agentstream.gateway.socket;

import java.util.concurrent.TimeUnit;

/// How often one may be refused: so many times at once, and for long as often as the rate says. An address that is refused more often owes no
/// more for it, so that the next may come when one refusal's time has passed: others call from there too. Guarded by [AdmissionControl].
final class RefusalRate {

    /// Refusals that may come at once, in seconds of the rate.
    static final int BURST_S = 5;

    private static final long BURST_US = TimeUnit.SECONDS.toMicros(BURST_S);

    /// What a tenant owes at most: with it, calls that were under way when the last was refused are paid for as well.
    private static final long MOST_US = 2 * BURST_US;

    private final long mostUs;
    private long aheadUntilUs;

    private RefusalRate(long mostUs) {
        this.mostUs = mostUs;
    }

    /// Of an address.
    static RefusalRate ofMany() {
        return new RefusalRate(BURST_US);
    }

    /// Of one tenant, or one of its agents.
    static RefusalRate ofOne() {
        return new RefusalRate(MOST_US);
    }

    /// @param eachUs the time that one refusal takes up
    void charge(long eachUs, long nowUs) {
        // One more than may come at once: with less, a moment would be enough for the next.
        aheadUntilUs = Math.min(Math.max(aheadUntilUs, nowUs) + eachUs, nowUs + mostUs + eachUs);
    }

    boolean isUsedUp(long nowUs) {
        return aheadUntilUs - nowUs >= BURST_US;
    }

    /// Whether it would be, if what is under way came to nothing. Of who owes nothing that is not assumed.
    ///
    /// @param underWayUs the time that it would take up
    boolean isUsedUp(long underWayUs, long nowUs) {
        return !isFresh(nowUs) && aheadUntilUs + underWayUs - nowUs >= BURST_US;
    }

    /// Whether nothing is left to be remembered.
    boolean isFresh(long nowUs) {
        return aheadUntilUs <= nowUs;
    }
}
