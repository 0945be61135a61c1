package io.agentstream.calllog.timeline;

/// What counts as a fault, and what as a silence.
///
/// @param slowTurnMs a turn whose answer is waited for longer is slow
/// @param silenceMs a silence of both sides that is longer is told
/// @param judgedFromMs of a call that talked for less nobody says that a side had no sound
public record TimelineLimits(long slowTurnMs, long silenceMs, long judgedFromMs) {

    public static final TimelineLimits DEFAULT = new TimelineLimits(3_000, 2_000, 5_000);

    public TimelineLimits withSlowTurnMs(long limitMs) {
        return new TimelineLimits(limitMs, silenceMs, judgedFromMs);
    }
}
