package io.agentstream.dev.bench.report;

import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The report for people: a column for each number of calls.
public final class Table {

    private static final int LABEL_CHARS = 40;
    private static final int CELL_CHARS = 12;
    private static final double KIB = 1024;
    private static final double MIB = 1024 * KIB;

    private final Report report;
    private final List<String> lines = new ArrayList<>();

    private Table(Report report) {
        this.report = report;
    }

    public static String of(Report report) {
        return new Table(report).render();
    }

    private String render() {
        Machine machine = report.machine();
        lines.add(Text.of("%d x %s, %.1f GiB, %s, %s",
                machine.processors(), machine.processor(), machine.memoryBytes() / (MIB * KIB), machine.system(), machine.java()));
        lines.add("");
        row("calls", point -> Integer.toString(point.calls()));
        row("valid", point -> point.valid() ? "yes" : "NO");
        latency("round trip", Point::rttMs);
        frames();
        cores();
        setup();
        memory();
        topics();
        followed();
        bare("bare socket", Point::bareSocket);
        bare("own framing", Point::bareFraming);
        bare("bare Kafka", Point::bareKafka);
        ratios();
        latency("generator's own lateness", Point::generatorLatenessMs);
        lines.add("");
        if (report.knee() != null) {
            lines.add("knee: " + report.knee().says());
        }
        lines.add("verdict: " + report.verdict());
        return String.join("\n", lines) + "\n";
    }

    private void row(String label, Function<Point, @Nullable String> cell) {
        List<@Nullable String> cells = new ArrayList<>();
        report.points().forEach(point -> cells.add(cell.apply(point)));
        if (cells.stream().allMatch(text -> text == null)) {
            return;
        }
        StringBuilder line = new StringBuilder(Text.of("%-" + LABEL_CHARS + "s", label));
        cells.forEach(text -> line.append(Text.of("%" + CELL_CHARS + "s", text == null ? "-" : text)));
        lines.add(line.toString());
    }

    private <T> void figure(
            String label, String format, Function<Point, @Nullable T> part, Function<T, Double> value) {
        row(label, point -> {
            T found = part.apply(point);
            return found == null ? null : Text.of(format, value.apply(found));
        });
    }

    private void latency(String what, Function<Point, @Nullable LatencyMs> part) {
        figure(what + " p50, ms", "%.2f", part, LatencyMs::p50);
        figure(what + " p90", "%.2f", part, LatencyMs::p90);
        figure(what + " p99", "%.2f", part, LatencyMs::p99);
        figure(what + " p99.9", "%.2f", part, LatencyMs::p999);
        figure(what + " max", "%.2f", part, LatencyMs::max);
    }

    private void frames() {
        figure("frames sent", "%.0f", Point::frames, f -> (double) f.sent());
        figure("frames received", "%.0f", Point::frames, f -> (double) f.received());
        figure("frames lost", "%.0f", Point::frames, f -> (double) f.lost());
        figure("frames out of order", "%.0f", Point::frames, f -> (double) f.outOfOrder());
        figure("calls refused", "%.0f", Point::callFigures, c -> (double) c.refused());
        figure("calls failed", "%.0f", Point::callFigures, c -> (double) c.failed());
    }

    private void cores() {
        figure("cores per call: gateway", "%.5f", Point::coresPerCall, Point.CoresPerCall::gateway);
        figure("cores per call: orchestrator", "%.5f", Point::coresPerCall, Point.CoresPerCall::orchestrator);
        figure("cores per call: worker", "%.5f", Point::coresPerCall, Point.CoresPerCall::worker);
        figure("cores per call: broker", "%.5f", Point::coresPerCall, Point.CoresPerCall::broker);
        figure("cores per call: these four", "%.5f", Point::coresPerCall, Point.CoresPerCall::total);
        figure("cores per call: PostgreSQL", "%.5f", Point::coresPerCall, Point.CoresPerCall::postgres);
        row("cores per call: generator", point -> point.processes() == null
                ? null
                : cores(point.processes().get(Sample.GENERATOR), talked(point)));
        figure("machine busy, cores", "%.2f", Point::machine, MachineFigures::busy);
        figure("other programs, cores", "%.2f", Point::machine, MachineFigures::others);
    }

    private static int talked(Point point) {
        return point.callFigures() == null ? point.calls() : point.callFigures().answered();
    }

    private static @Nullable String cores(@Nullable ProcessFigures process, int calls) {
        return process == null || calls == 0 ? null : Text.of("%.5f", process.cores() / calls);
    }

    private void setup() {
        figure("accept to running p50, ms", "%.1f", Point::setupMs, Point.SetupMs::p50);
        figure("accept to running p99", "%.1f", Point::setupMs, Point.SetupMs::p99);
        figure("placed to first echo p50, ms", "%.1f", Point::firstEchoMs, Point.SetupMs::p50);
        figure("placed to first echo p99", "%.1f", Point::firstEchoMs, Point.SetupMs::p99);
    }

    private void memory() {
        figure("gateway heap per call, KiB", "%.1f", Point::heapBytesPerCall, h -> h.gateway() / KIB);
        figure("worker heap per call, KiB", "%.1f", Point::heapBytesPerCall, h -> h.worker() / KIB);
        processes().forEach(name -> {
            processRow(name + ": memory, MiB", name, p -> Text.of("%.0f", p.residentBytes() / MIB));
            processRow(name + ": GC pauses, max/sum ms", name,
                    p -> p.gcPauses() + ": " + p.gcPauseMaxMs() + "/" + p.gcPauseTotalMs());
            row(name + ": allocated per frame, B", point -> perFrame(point, name));
        });
    }

    private List<String> processes() {
        return report.points().stream()
                .flatMap(point -> point.processes() == null ? null : point.processes().keySet().stream())
                .distinct()
                .sorted()
                .toList();
    }

    private void processRow(String label, String name, Function<ProcessFigures, String> cell) {
        row(label, point -> {
            ProcessFigures figures = point.processes() == null ? null : point.processes().get(name);
            return figures == null ? null : cell.apply(figures);
        });
    }

    private static @Nullable String perFrame(Point point, String name) {
        ProcessFigures figures = point.processes() == null ? null : point.processes().get(name);
        return figures == null || point.frames() == null || point.frames().sent() == 0
                ? null
                : Text.of("%.0f", (double) figures.allocatedBytes() / point.frames().sent());
    }

    private void topics() {
        report.points().stream()
                .flatMap(point -> point.topics() == null ? null : point.topics().keySet().stream())
                .distinct()
                .sorted()
                .forEach(topic -> row(topic + ": records/s, kB/s", point -> {
                    Point.TopicRate rate = point.topics() == null ? null : point.topics().get(topic);
                    return rate == null ? null : Text.of("%.0f, %.0f", rate.recordsPerSecond(), rate.bytesPerSecond() / 1000);
                }));
    }

    private void followed() {
        figure("followers of one call", "%.0f", Point::followed, f -> (double) f.told());
        figure("  events they were told in a window", "%.0f", Point::followed, f -> (double) f.events());
        figure("  round trip p50 without, ms", "%.2f", Point::followed, f -> f.without().p50());
        figure("  round trip p50 with", "%.2f", Point::followed, f -> f.with().p50());
        figure("  round trip p99 without", "%.2f", Point::followed, f -> f.without().p99());
        figure("  round trip p99 with", "%.2f", Point::followed, f -> f.with().p99());
        figure("  p99 changed by, %", "%+.1f", Point::followed, f -> 100 * f.p99Change());
        figure("  orchestrator without, cores", "%.4f", Point::followed, Followed::orchestratorCoresWithout);
        figure("  orchestrator with", "%.4f", Point::followed, Followed::orchestratorCoresWith);
    }

    private void bare(String what, Function<Point, Point.@Nullable Bare> part) {
        figure(what + " p50, ms", "%.2f", part, b -> b.rttMs().p50());
        figure(what + " p99", "%.2f", part, b -> b.rttMs().p99());
        figure(what + " p99.9", "%.2f", part, b -> b.rttMs().p999());
        figure(what + " cores per call", "%.5f", part, Point.Bare::coresPerCall);
        report.points().stream()
                .map(part)
                .flatMap(bare -> bare == null ? null : bare.processes().keySet().stream())
                .distinct()
                .sorted()
                .forEach(name -> row("  " + what + ": " + name, point -> {
                    Point.Bare bare = part.apply(point);
                    return bare == null ? null : cores(bare.processes().get(name), point.calls());
                }));
    }

    private void ratios() {
        row("p99 over bare Kafka's", point -> point.rttMs() == null || point.bareKafka() == null
                ? null
                : Text.of("%.2f x", point.rttMs().p99() / point.bareKafka().rttMs().p99()));
        row("gateway CPU over own framing's", point -> point.coresPerCall() == null || point.bareFraming() == null
                ? null
                : Text.of("%.2f x", point.coresPerCall().gateway() / point.bareFraming().coresPerCall()));
        row("gateway CPU over bare socket's", point -> point.coresPerCall() == null || point.bareSocket() == null
                ? null
                : Text.of("%.2f x", point.coresPerCall().gateway() / point.bareSocket().coresPerCall()));
    }
}
