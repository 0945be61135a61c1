package io.agentstream.dev.bench.turns;

import io.agentstream.dev.bench.turns.Scene.Question;
import io.agentstream.dev.bench.turns.TurnDetector.Verdict;
import io.agentstream.dev.bench.turns.TurnDetector.What;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How an agent that speaks took it that something came from the caller.
///
/// @param scenes how many there were
/// @param silent in how many it fell silent, if only for a moment: where it has to, within [#NOTICED_MS]
/// @param cut in how many it lost the floor: where it has to, within [#DECIDED_MS]
/// @param delaysMs from the caller's first sound to when it fell silent, sorted
/// @param gapsMs how long it was silent where it then went on, sorted
record BargeIns(int scenes, int silent, int cut, List<Long> delaysMs, List<Long> gapsMs) {

    /// What takes longer than that was not noticed.
    private static final long NOTICED_MS = 1_000;

    /// An interruption that is only believed later than that was missed.
    private static final long DECIDED_MS = 2_000;

    static BargeIns of(TurnDetector detector, List<Scene> scenes) {
        int cut = 0;
        List<Long> delays = new ArrayList<>();
        List<Long> gaps = new ArrayList<>();
        for (Scene scene : scenes) {
            List<Verdict> verdicts = detector.hear(scene).stream().filter(each -> each.knownAtMs() >= scene.beginMs()).toList();
            boolean hasToBe = scene.kind().question() == Question.INTERRUPTS;
            first(verdicts, What.SILENT, hasToBe ? scene.beginMs() + NOTICED_MS : Long.MAX_VALUE)
                    .ifPresent(at -> delays.add(at - scene.beginMs()));
            cut += first(verdicts, What.BEGINS, hasToBe ? scene.beginMs() + DECIDED_MS : Long.MAX_VALUE).isPresent() ? 1 : 0;
            long silentMs = 0;
            for (Verdict each : verdicts) {
                if (each.what() == What.SILENT) {
                    silentMs = each.knownAtMs();
                } else if (each.what() == What.GOES_ON) {
                    gaps.add(each.knownAtMs() - silentMs);
                }
            }
        }
        delays.sort(null);
        gaps.sort(null);
        return new BargeIns(scenes.size(), delays.size(), cut, List.copyOf(delays), List.copyOf(gaps));
    }

    private static Optional<Long> first(List<Verdict> verdicts, What what, long untilMs) {
        return verdicts.stream().filter(each -> each.what() == what && each.knownAtMs() <= untilMs).map(Verdict::knownAtMs).findFirst();
    }

    double silentShare() {
        return scenes == 0 ? 0 : (double) silent / scenes;
    }

    double cutShare() {
        return scenes == 0 ? 0 : (double) cut / scenes;
    }

    long delayMs(double share) {
        return Delays.at(delaysMs, share);
    }

    long gapMs(double share) {
        return Delays.at(gapsMs, share);
    }
}
