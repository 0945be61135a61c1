package io.agentstream.dev.bench.report;

import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.Map;
import java.util.Optional;

/// Points for tests.
final class Points {

    private static final int PROCESSORS = 2;

    private Points() {}

    static Sample sample(int calls, double p99, long lost, double busy) {
        LatencyMs rtt = new LatencyMs(p99 / 2, p99 / 1.5, p99, p99 * 2, p99 * 3);
        LatencyMs onTime = new LatencyMs(0.1, 0.1, 0.2, 0.3, 0.4);
        return new Sample(
                Point.CallFigures.allTalked(calls),
                10,
                rtt,
                new Frames(1_000, 1_000 - lost, lost, 0, 0, 0),
                onTime,
                true,
                Map.of(
                        "gateway", new ProcessFigures(0.4, 100 << 20, 300_000, 2, 10, 7),
                        "orchestrator", new ProcessFigures(0.01, 100 << 20, 100_000, 0, 0, 0),
                        "worker", new ProcessFigures(0.2, 100 << 20, 200_000, 1, 5, 5),
                        "broker", new ProcessFigures(0.2, 300 << 20, 500_000, 1, 5, 5),
                        Sample.GENERATOR, new ProcessFigures(0.1, 50 << 20, 1_000, 0, 0, 0)),
                Optional.of(new MachineFigures(PROCESSORS, busy, 0, 0, 0)));
    }

    static Point system(int calls, double p99, long lost, double busy) {
        return both(calls, p99, lost, busy, Optional.empty());
    }

    static Point all(int calls, double p99) {
        return both(calls, p99, 0, 1, Optional.of(sample(calls, p99 / 2, 0, 1)));
    }

    private static Point both(int calls, double p99, long lost, double busy, Optional<Sample> bare) {
        SystemSample system = new SystemSample(
                sample(calls, p99, lost, busy),
                new Point.SetupMs(20, 40),
                new Point.SetupMs(30, 60),
                new Point.HeapBytesPerCall(20_000, 15_000),
                Map.of("call.media.v1", new Point.TopicRate(2_500, 600_000)),
                Optional.empty());
        return Point.of(calls, Optional.of(system), bare, bare, bare);
    }
}
