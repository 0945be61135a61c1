package io.agentstream.dev.bench.turns;

import io.agentstream.agents.conversation.Patience;
import io.agentstream.dev.bench.report.Text;
import io.agentstream.dev.bench.turns.Scene.Kind;
import io.agentstream.dev.bench.turns.Scene.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// The figures of a set, as a table: the same for the same set.
final class TurnsReport {

    /// Of turns, how many may be cut where a delay is given.
    private static final double TOLERATED = 0.05;

    private static final int STEP_MS = 20;
    private static final int LEAST_MS = 100;
    private static final int MOST_MS = 3_000;
    private static final List<Integer> DELAYS_MS = List.of(300, 400, 500, 600, 700, 800, 1_000, 1_200, 1_500);

    private final List<Scene> scenes;
    private final Voicing voicing = new Voicing();
    private final Sounding sounding;
    private final List<String> lines = new ArrayList<>();

    private TurnsReport(List<Scene> scenes) {
        this.scenes = scenes;
        this.sounding = new Sounding(scenes);
    }

    static String of(List<Scene> scenes) {
        return new TurnsReport(scenes).render();
    }

    private String render() {
        line(Text.of("%d scenes, %d s of audio", scenes.size(), scenes.stream().mapToLong(each -> each.audio().lengthMs()).sum() / 1_000));
        line("");
        line("a fixed silence ends a turn");
        line(Text.of("%-26s%6s%12s%12s%12s%16s", "ends of turns", "turns", "300 ms cuts", "600 ms cuts", "never ends", "delay at 5 %"));
        for (Kind kind : kinds(Question.END)) {
            ends(kind.label(), of(kind));
        }
        ends("all", ofQuestion(Question.END));
        TurnEnds atFirst = TurnEnds.of(silence(SilenceDetector.AT_FIRST_MS), ofQuestion(Question.END));
        line(Text.of("as workers had it, %d ms: %s cut; the end is known after %d ms (p50), %d ms (p95)",
                SilenceDetector.AT_FIRST_MS, percent(atFirst.cutShare()), atFirst.delayMs(0.5), atFirst.delayMs(0.95)));
        floors("as workers have it, without words", SupposedEar.NONE);
        floors("as workers have it, with the words of a service", SupposedEar.WORDS);
        floors("as workers have it, with a service that judges by the words when a turn is over", SupposedEar.JUDGES);
        curves();
        line("");
        line("while the agent speaks: how often it falls silent, how often it loses the floor, after how long it is silent (p50, p95), and for how");
        line("long where it then goes on (p50)");
        line(Text.of("%-22s%6s  %-16s%-36s%-36s", "", "", "any voice", "as workers have it", "with the words"));
        for (Question question : List.of(Question.INTERRUPTS, Question.GOES_ON)) {
            for (Kind kind : kinds(question)) {
                bargeIns(kind.label(), of(kind));
            }
            if (question == Question.INTERRUPTS) {
                bargeIns("all that interrupt", ofQuestion(question));
            }
        }
        line("");
        line("keys heard in what holds none: " + sounding.keys());
        return String.join("\n", lines) + "\n";
    }

    /// As workers have it.
    private void floors(String title, SupposedEar ear) {
        line("");
        line(title);
        line(Text.of("%-26s%6s%12s%12s%12s%12s%12s", "ends of turns", "turns", "cut", "never ends", "known p50", "mean", "p95"));
        for (Kind kind : kinds(Question.END)) {
            floor(kind.label(), ear, of(kind));
        }
        floor("all", ear, ofQuestion(Question.END));
    }

    private void floor(String label, SupposedEar ear, List<Scene> of) {
        TurnEnds found = TurnEnds.of(new FloorDetector(sounding, Patience.USUAL, ear), of);
        line(Text.of("%-26s%6d%12s%12s%12s%12s%12s",
                label, of.size(), percent(found.cutShare()), percent((double) found.missed() / of.size()), ms(found.delayMs(0.5)),
                ms(found.meanMs()), ms(found.delayMs(0.95))));
    }

    /// At every patience, where there is one voice: behind two a fixed silence finds no end.
    private void curves() {
        List<Scene> of = ofQuestion(Question.END).stream().filter(each -> each.kind() != Kind.TWO_VOICES).toList();
        List<Curve> curves = List.of(
                Curve.ofSilence(voicing, of), Curve.ofFloor(sounding, SupposedEar.NONE, of), Curve.ofFloor(sounding, SupposedEar.WORDS, of),
                Curve.ofFloor(sounding, SupposedEar.JUDGES, of));
        for (boolean mean : new boolean[] {true, false}) {
            ToLongFunction<TurnEnds> delay = mean ? TurnEnds::meanMs : ends -> ends.delayMs(0.5);
            line("");
            line(Text.of("turns cut where their end is known after (%s), all bounds being scaled; without two voices", mean ? "mean" : "median"));
            line(Text.of("%-14s%16s%16s%16s%16s", "", "fixed silence", "without words", "with words", "ear that judges"));
            for (int ms : DELAYS_MS) {
                line(Text.of("%-14s%16s%16s%16s%16s",
                        Stream.concat(Stream.of(ms + " ms"), curves.stream().map(each -> percent(each.cutWithin(ms, delay)))).toArray()));
            }
            line(Text.of("%-14s%16s%16s%16s%16s",
                    Stream.concat(Stream.of("5 % cut after"), curves.stream().map(each -> ms(each.delayAt(TOLERATED, delay)))).toArray()));
        }
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

    private void bargeIns(String label, List<Scene> of) {
        BargeIns any = BargeIns.of(silence(SilenceDetector.AT_FIRST_MS), of);
        BargeIns now = BargeIns.of(new FloorDetector(sounding, Patience.USUAL, SupposedEar.NONE), of);
        BargeIns words = BargeIns.of(new FloorDetector(sounding, Patience.USUAL, SupposedEar.WORDS), of);
        line(Text.of("%-22s%6d  %-16s%-36s%-36s",
                label, of.size(), Text.of("%s, %s", percent(any.cutShare()), ms(any.delayMs(0.5))), told(now), told(words)));
    }

    private static String told(BargeIns found) {
        return Text.of("%s %s, %s %s, %s",
                percent(found.silentShare()), percent(found.cutShare()), ms(found.delayMs(0.5)), ms(found.delayMs(0.95)), ms(found.gapMs(0.5)));
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

    private List<Scene> ofQuestion(Question question) {
        return scenes.stream().filter(each -> each.kind().question() == question).toList();
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

    private static String percent(OptionalDouble share) {
        return share.isEmpty() ? "-" : percent(share.getAsDouble());
    }

    private static String ms(OptionalLong ms) {
        return ms.isEmpty() ? "-" : ms(ms.getAsLong());
    }

    private static String percent(double share) {
        return Text.of("%.1f %%", 100 * share);
    }

    private static String ms(long ms) {
        return ms == Delays.NONE ? "-" : ms + " ms";
    }
}
