package io.agentstream.dev.bench.turns;

import io.agentstream.dev.bench.turns.Scene.Question;
import io.agentstream.dev.bench.turns.TurnDetector.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How it was found out that a caller speaks while the agent does.
///
/// @param scenes how many there were
/// @param wrong of callers who interrupt: not noticed within a second; of all others: taken for one who interrupts
/// @param delaysMs from the caller's first sound to when it was known, sorted
record BargeIns(int scenes, int wrong, List<Long> delaysMs) {

    private static final long NOTICED_MS = 1_000;

    static BargeIns of(TurnDetector detector, List<Scene> scenes) {
        int wrong = 0;
        List<Long> delays = new ArrayList<>();
        for (Scene scene : scenes) {
            Optional<Verdict> began = detector.hear(scene.audio()).stream()
                    .filter(each -> each.begins() && each.knownAtMs() >= scene.beginMs())
                    .findFirst();
            if (scene.kind().question() == Question.GOES_ON) {
                wrong += began.isPresent() ? 1 : 0;
            } else if (began.isEmpty() || began.get().knownAtMs() - scene.beginMs() > NOTICED_MS) {
                wrong++;
            } else {
                delays.add(began.get().knownAtMs() - scene.beginMs());
            }
        }
        delays.sort(null);
        return new BargeIns(scenes.size(), wrong, List.copyOf(delays));
    }

    double wrongShare() {
        return scenes == 0 ? 0 : (double) wrong / scenes;
    }

    long delayMs(double share) {
        return Delays.at(delaysMs, share);
    }
}
