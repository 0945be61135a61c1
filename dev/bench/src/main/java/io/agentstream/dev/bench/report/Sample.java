package io.agentstream.dev.bench.report;

import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What one window with one number of calls brought, on one thing that was measured.
///
/// @param calls what became of them
/// @param lateness of the generator itself
/// @param ahead whether the generator was served ahead of what it measures
/// @param processes by name, the generator among them
/// @param machine absent where the system does not tell
public record Sample(
        Point.CallFigures calls,
        double seconds,
        LatencyMs rttMs,
        Frames frames,
        LatencyMs lateness,
        boolean ahead,
        Map<String, ProcessFigures> processes,
        Optional<MachineFigures> machine) {

    public static final String GENERATOR = "generator";

    private static final double MAX_LATENESS_P99_MS = 5;
    private static final double MAX_BUSY_SHARE = 0.95;
    private static final double MAX_OTHERS_SHARE = 0.10;
    private static final double MAX_STOLEN_SHARE = 0.03;

    /// Why the figures do not count; empty where they do.
    public List<String> objections() {
        return Stream.of(
                        calls.objection().stream(),
                        late().stream(),
                        notAhead().stream(),
                        machine.map(Sample::objections).orElseGet(Sample::unseen).stream())
                .flatMap(each -> each)
                .toList();
    }

    private Optional<String> notAhead() {
        return ahead
                ? Optional.empty()
                : Optional.of("the generator waited for processors as everybody did: it may not ask to be served first (nice)");
    }

    private static List<String> unseen() {
        return List.of("this system does not tell what else ran on it");
    }

    private Optional<String> late() {
        return lateness.p99() > MAX_LATENESS_P99_MS
                ? Optional.of(Text.of("the generator itself was late: p99 %.1f ms", lateness.p99()))
                : Optional.empty();
    }

    private static List<String> objections(MachineFigures machine) {
        return Stream.of(
                        objection(machine, machine.busy(), MAX_BUSY_SHARE, "the machine was overcommitted: %.0f %% busy"),
                        objection(machine, machine.others(), MAX_OTHERS_SHARE, "other programs took %.0f %% of the machine"),
                        objection(machine, machine.unseen(), MAX_OTHERS_SHARE, "programs that /proc does not show took %.0f %% of the machine"),
                        objection(machine, machine.stolen(), MAX_STOLEN_SHARE, "other machines took %.0f %% of this one"))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> objection(MachineFigures machine, double cores, double limit, String words) {
        double share = cores / machine.processors();
        return share > limit ? Optional.of(Text.of(words, share * 100)) : Optional.empty();
    }

    /// Processors per call that talked of one process; 0 where there is none of that name, or no such call.
    public double coresPerCall(String process) {
        ProcessFigures figures = processes.get(process);
        return figures == null || calls.answered() == 0 ? 0 : figures.cores() / calls.answered();
    }

    /// Processors per call that talked of everything but the generator.
    public double coresPerCall() {
        return processes.keySet().stream()
                .filter(name -> !name.equals(GENERATOR))
                .mapToDouble(this::coresPerCall)
                .sum();
    }
}
