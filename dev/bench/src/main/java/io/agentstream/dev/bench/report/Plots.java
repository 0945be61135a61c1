package io.agentstream.dev.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The plots of a report: latency and cores over the number of calls, ours beside the two bare ones.
public final class Plots {

    private static final String OURS = "#c0392b";
    private static final String SOCKET = "#2471a3";
    private static final String KAFKA = "#1e8449";
    private static final String SOLID = "";
    private static final String DASHED = "6 4";

    private Plots() {}

    /// Writes `latency.svg` and `cores.svg` into `directory`, which is made where it is missing.
    public static void write(Report report, Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("latency.svg"), latency(report));
        Files.writeString(directory.resolve("cores.svg"), cores(report));
    }

    static String latency(Report report) {
        return LinePlot.svg("Frame round trip over calls", "ms", true, List.of(
                line(report, "agent-stream p99", OURS, SOLID, p -> p.rttMs() == null ? null : p.rttMs().p99()),
                line(report, "agent-stream p50", OURS, DASHED, p -> p.rttMs() == null ? null : p.rttMs().p50()),
                line(report, "bare Kafka p99", KAFKA, SOLID, p -> p.bareKafka() == null ? null : p.bareKafka().rttMs().p99()),
                line(report, "bare Kafka p50", KAFKA, DASHED, p -> p.bareKafka() == null ? null : p.bareKafka().rttMs().p50()),
                line(report, "bare socket p99", SOCKET, SOLID, p -> p.bareSocket() == null ? null : p.bareSocket().rttMs().p99()),
                line(report, "bare socket p50", SOCKET, DASHED, p -> p.bareSocket() == null ? null : p.bareSocket().rttMs().p50())));
    }

    static String cores(Report report) {
        return LinePlot.svg("Processors over calls", "cores", false, List.of(
                line(report, "agent-stream, all four", OURS, SOLID,
                        p -> p.coresPerCall() == null ? null : p.coresPerCall().total() * p.calls()),
                line(report, "its gateway", OURS, DASHED,
                        p -> p.coresPerCall() == null ? null : p.coresPerCall().gateway() * p.calls()),
                line(report, "bare Kafka", KAFKA, SOLID,
                        p -> p.bareKafka() == null ? null : p.bareKafka().coresPerCall() * p.calls()),
                line(report, "bare socket", SOCKET, SOLID,
                        p -> p.bareSocket() == null ? null : p.bareSocket().coresPerCall() * p.calls())));
    }

    private static LinePlot.Line line(
            Report report, String name, String colour, String dash, Function<Point, @Nullable Double> value) {
        List<LinePlot.Dot> dots = report.points().stream()
                .flatMap(point -> {
                    Double y = value.apply(point);
                    return y == null ? null : Stream.of(new LinePlot.Dot(point.calls(), y));
                })
                .toList();
        return new LinePlot.Line(name, colour, dash, dots);
    }
}
