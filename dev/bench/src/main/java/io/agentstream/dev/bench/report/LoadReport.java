package io.agentstream.dev.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a load found out about a server of any make.
public record LoadReport(Machine machine, List<LoadPoint> points) {

    /// The figures of one number of calls.
    ///
    /// @param valid whether they count; `reasons` says why not
    /// @param coresPerCall of each process that was to be watched, for each call that talked; absent where there was none
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LoadPoint(
            boolean valid,
            List<String> reasons,
            Point.CallFigures calls,
            LatencyMs rttMs,
            Frames frames,
            LatencyMs generatorLatenessMs,
            @Nullable Map<String, Double> coresPerCall) {

        static LoadPoint of(Sample sample) {
            Map<String, Double> cores = new TreeMap<>();
            sample.processes().keySet().stream()
                    .filter(name -> !name.equals(Sample.GENERATOR))
                    .forEach(name -> cores.put(name, sample.coresPerCall(name)));
            return new LoadPoint(
                    sample.objections().isEmpty(), sample.objections(), sample.calls(), sample.rttMs(), sample.frames(),
                    sample.lateness(), cores.isEmpty() ? null : cores);
        }
    }

    public static LoadReport of(Machine machine, List<Sample> samples) {
        return new LoadReport(machine, samples.stream().map(LoadPoint::of).toList());
    }

    /// For people: a line for each number of calls.
    public String table() {
        List<String> lines = new ArrayList<>();
        lines.add(Text.of("%6s %6s %8s %7s %7s | %8s %8s %8s | %8s %7s %7s | %9s | %s",
                "calls", "talked", "refused", "failed", "valid", "p50 ms", "p99 ms", "max ms", "frames", "lost", "odd", "late p99",
                "cores a call"));
        for (LoadPoint point : points) {
            lines.add(Text.of("%6d %6d %8d %7d %7s | %8.2f %8.2f %8.2f | %8d %7d %7d | %9.2f | %s",
                    point.calls().placed(), point.calls().answered(), point.calls().refused(), point.calls().failed(),
                    point.valid() ? "yes" : "NO",
                    point.rttMs().p50(), point.rttMs().p99(), point.rttMs().max(),
                    point.frames().sent(), point.frames().lost(), point.frames().outOfOrder() + point.frames().corrupt(),
                    point.generatorLatenessMs().p99(), cores(point)));
            point.reasons().forEach(reason -> lines.add("       does not count: " + reason));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String cores(LoadPoint point) {
        if (point.coresPerCall() == null) {
            return "-";
        }
        double sum = point.coresPerCall().values().stream().mapToDouble(each -> each).sum();
        StringBuilder text = new StringBuilder(Text.of("%.5f", sum));
        if (point.coresPerCall().size() > 1) {
            point.coresPerCall().forEach((name, cores) -> text.append(Text.of(", %s %.5f", name, cores)));
        }
        return text.toString();
    }
}
