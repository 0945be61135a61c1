package io.agentstream.dev.bench.report;

import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What one window with one number of calls brought, on one thing that was measured.
///
/// @param lateness of the generator itself
/// @param processes by name, the generator among them
public record Sample(
        int calls,
        double seconds,
        LatencyMs rttMs,
        Frames frames,
        LatencyMs lateness,
        Map<String, ProcessFigures> processes,
        Optional<MachineFigures> machine) {

    public static final String GENERATOR = "generator";

    private static final double MAX_LATENESS_P99_MS = 5;
    private static final double MAX_BUSY_SHARE = 0.95;
    private static final double MAX_OTHERS_SHARE = 0.10;
    private static final double MAX_STOLEN_SHARE = 0.03;

    /// Why the figures do not count; empty where they do.
    public List<String> objections() {
        return Stream.concat(late().stream(), machine.stream().flatMap(m -> objections(m).stream()))
                .toList();
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
                        objection(machine, machine.stolen(), MAX_STOLEN_SHARE, "other machines took %.0f %% of this one"))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> objection(MachineFigures machine, double cores, double limit, String words) {
        double share = cores / machine.processors();
        return share > limit ? Optional.of(Text.of(words, share * 100)) : Optional.empty();
    }

    /// Processors per call of one process; 0 where there is none of that name.
    public double coresPerCall(String process) {
        ProcessFigures figures = processes.get(process);
        return figures == null ? 0 : figures.cores() / calls;
    }

    /// Processors per call of everything but the generator.
    public double coresPerCall() {
        return processes.keySet().stream()
                .filter(name -> !name.equals(GENERATOR))
                .mapToDouble(this::coresPerCall)
                .sum();
    }
}
