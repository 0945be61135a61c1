package io.agentstream.dev.bench.turns;

import io.agentstream.agents.conversation.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/// What a detector costs at every patience that it can be given: how many turns it cuts, and how long it lets callers wait. Any thread.
///
/// @param points from the least patience to the greatest
record Curve(List<TurnEnds> points) {

    private static final int STEP_MS = 20;
    private static final int LEAST_MS = 100;
    private static final int MOST_MS = 3_000;
    private static final int STEP_PERCENT = 5;
    private static final int LEAST_PERCENT = 20;
    private static final int MOST_PERCENT = 400;

    /// Of fixed silences.
    static Curve ofSilence(Voicing voicing, List<Scene> scenes) {
        List<TurnEnds> points = new ArrayList<>();
        for (int ms = LEAST_MS; ms <= MOST_MS; ms += STEP_MS) {
            points.add(TurnEnds.of(new SilenceDetector(voicing, ms), scenes));
        }
        return new Curve(List.copyOf(points));
    }

    /// Of what workers do, all bounds being so many percent of the usual ones.
    static Curve ofFloor(Sounding sounding, SupposedEar ear, List<Scene> scenes) {
        List<TurnEnds> points = new ArrayList<>();
        for (int percent = LEAST_PERCENT; percent <= MOST_PERCENT; percent += STEP_PERCENT) {
            Patience usual = Patience.USUAL;
            Patience patience = new Patience(
                    usual.minMs() * percent / 100, usual.maxMs() * percent / 100, usual.shortAnswerMs() * percent / 100, usual.adapts());
            points.add(TurnEnds.of(new FloorDetector(sounding, patience, ear), scenes));
        }
        return new Curve(List.copyOf(points));
    }

    /// The least share of turns that is cut where callers wait no longer than that.
    ///
    /// @param delay the median, or the mean
    OptionalDouble cutWithin(long delayMs, ToLongFunction<TurnEnds> delay) {
        return points.stream().filter(each -> delay.applyAsLong(each) <= delayMs).mapToDouble(TurnEnds::cutShare).min();
    }

    /// The least delay with which no more turns are cut than that.
    OptionalLong delayAt(double cutShare, ToLongFunction<TurnEnds> delay) {
        return points.stream().filter(each -> each.cutShare() <= cutShare).mapToLong(delay).min();
    }
}
