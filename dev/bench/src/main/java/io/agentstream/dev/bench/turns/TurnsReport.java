package io.agentstream.dev.bench.turns;

import io.agentstream.dev.bench.report.Text;
import io.agentstream.dev.bench.turns.Scene.Kind;
import io.agentstream.dev.bench.turns.Scene.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// The figures of a set, as a table: the same for the same set.
final class TurnsReport {

    /// Of turns, how many may be cut where a delay is given.
    private static final double TOLERATED = 0.05;

    private static final int STEP_MS = 20;
    private static final int LEAST_MS = 100;
    private static final int MOST_MS = 3_000;

    private final List<Scene> scenes;
    private final Voicing voicing = new Voicing();
    private final List<String> lines = new ArrayList<>();

    private TurnsReport(List<Scene> scenes) {
        this.scenes = scenes;
    }

    static String of(List<Scene> scenes) {
        return new TurnsReport(scenes).render();
    }

    private String render() {
        line(Text.of("%d scenes, %d s of audio", scenes.size(), scenes.stream().mapToLong(each -> each.audio().lengthMs()).sum() / 1_000));
        line("");
        line(Text.of("%-26s%6s%12s%12s%12s%16s", "ends of turns", "turns", "300 ms cuts", "600 ms cuts", "never ends", "delay at 5 %"));
        for (Kind kind : kinds(Question.END)) {
            ends(kind.label(), of(kind));
        }
        List<Scene> all = scenes.stream().filter(each -> each.kind().question() == Question.END).toList();
        ends("all", all);
        TurnEnds today = TurnEnds.of(silence(SilenceDetector.TODAY_MS), all);
        line(Text.of("as workers have it, %d ms: %s cut; the end is known after %d ms (p50), %d ms (p95)",
                SilenceDetector.TODAY_MS, percent(today.cutShare()), today.delayMs(0.5), today.delayMs(0.95)));
        line("");
        line(Text.of("%-26s%6s%12s%12s%12s", "while the agent speaks", "", "wrong", "known p50", "known p95"));
        for (Question question : List.of(Question.INTERRUPTS, Question.GOES_ON)) {
            for (Kind kind : kinds(question)) {
                bargeIns(
                        kind.label() + (question == Question.INTERRUPTS ? ": missed" : ": stops it"),
                        BargeIns.of(silence(SilenceDetector.TODAY_MS), of(kind)));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private SilenceDetector silence(int ms) {
        return new SilenceDetector(voicing, ms);
    }

    private void ends(String label, List<Scene> of) {
        TurnEnds quick = TurnEnds.of(silence(300), of);
        TurnEnds slow = TurnEnds.of(silence(600), of);
        OptionalInt patient = leastSilenceMs(of);
        line(Text.of("%-26s%6d%12s%12s%12s%16s",
                label, of.size(), percent(quick.cutShare()), percent(slow.cutShare()), percent((double) slow.missed() / of.size()),
                patient.isEmpty() ? "-" : ms(TurnEnds.of(silence(patient.getAsInt()), of).delayMs(0.5))));
    }

    private void bargeIns(String label, BargeIns found) {
        line(Text.of("%-26s%6d%12s%12s%12s", label, found.scenes(), percent(found.wrongShare()), ms(found.delayMs(0.5)), ms(found.delayMs(0.95))));
    }

    /// The shortest silence that cuts no more turns than is tolerated. Patience never cuts more, so that it is found by halves.
    private OptionalInt leastSilenceMs(List<Scene> of) {
        int low = LEAST_MS / STEP_MS;
        int high = MOST_MS / STEP_MS + 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (TurnEnds.of(silence(middle * STEP_MS), of).cutShare() <= TOLERATED) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low * STEP_MS > MOST_MS ? OptionalInt.empty() : OptionalInt.of(low * STEP_MS);
    }

    private List<Scene> of(Kind kind) {
        return scenes.stream().filter(each -> each.kind() == kind).toList();
    }

    private static List<Kind> kinds(Question question) {
        return Arrays.stream(Kind.values()).filter(each -> each.question() == question).toList();
    }

    private void line(String line) {
        lines.add(line.stripTrailing());
    }

    private static String percent(double share) {
        return Text.of("%.1f %%", 100 * share);
    }

    private static String ms(long ms) {
        return ms == Delays.NONE ? "-" : ms + " ms";
    }
}
