package io.agentstream.dev.bench.turns;

import io.agentstream.dev.bench.turns.TurnDetector.Verdict;
import io.agentstream.dev.bench.turns.TurnDetector.What;
import java.util.ArrayList;
import java.util.List;

/// How the ends of turns were found.
///
/// @param turns how many there were
/// @param cut how many were taken to be over while the caller was not done
/// @param missed how many were not over four seconds after the last word
/// @param delaysMs from the last word to when its end was known, of all others, sorted
record TurnEnds(int turns, int cut, int missed, List<Long> delaysMs) {

    static TurnEnds of(TurnDetector detector, List<Scene> scenes) {
        int cut = 0;
        int missed = 0;
        List<Long> delays = new ArrayList<>();
        for (Scene scene : scenes) {
            List<Verdict> ends = detector.hear(scene).stream().filter(each -> each.what() == What.ENDS).toList();
            if (ends.stream().anyMatch(end -> end.knownAtMs() <= scene.endMs())) {
                cut++;
            }
            List<Verdict> after = ends.stream().filter(end -> end.knownAtMs() > scene.endMs()).toList();
            if (after.isEmpty()) {
                missed++;
            } else {
                delays.add(after.getFirst().knownAtMs() - scene.endMs());
            }
        }
        delays.sort(null);
        return new TurnEnds(scenes.size(), cut, missed, List.copyOf(delays));
    }

    double cutShare() {
        return turns == 0 ? 0 : (double) cut / turns;
    }

    long meanMs() {
        return Math.round(delaysMs.stream().mapToLong(Long::longValue).average().orElse(Delays.NONE));
    }

    /// @param share 0.5 for the median
    long delayMs(double share) {
        return Delays.at(delaysMs, share);
    }
}
