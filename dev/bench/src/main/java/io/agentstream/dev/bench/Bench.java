package io.agentstream.dev.bench;

import io.agentstream.dev.bench.report.Machine;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.dev.bench.report.Report;
import io.agentstream.dev.bench.report.Sample;
import io.agentstream.dev.bench.report.SystemSample;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A run of the bench: one thing after the other, each with every number of calls, so that they do not disturb one another. One
/// thread.
final class Bench {

    private final BenchSettings settings;
    private final Workshop workshop;
    private final Stop stop;
    private final Consumer<String> progress;

    /// @param progress told what is being done
    Bench(BenchSettings settings, Workshop workshop, Stop stop, Consumer<String> progress) {
        this.settings = settings;
        this.workshop = workshop;
        this.stop = stop;
        this.progress = progress;
    }

    private interface Opener<S> {
        Phase<S> open(Workshop workshop, BenchSettings settings, Stop stop) throws IOException, InterruptedException;
    }

    /// @throws InterruptedException where it is stopped
    Report run() throws IOException, InterruptedException {
        Map<Integer, Sample> bareSocket = samples(Target.BARE_SOCKET, "bare socket", (w, s, t) -> new BareSocketPhase("bare-socket", w, s, t));
        Map<Integer, Sample> bareFraming =
                samples(Target.BARE_FRAMING, "own framing", (w, s, t) -> new BareSocketPhase("bare-framing", w, s, t));
        Map<Integer, Sample> bareKafka = samples(Target.BARE_KAFKA, "bare Kafka", BareKafkaPhase::new);
        Map<Integer, SystemSample> system = samples(Target.SYSTEM, "system", SystemPhase::new);
        return Report.of(
                Machine.here(),
                settings.shown(),
                settings.calls().stream()
                        .map(calls -> Point.of(
                                calls,
                                Optional.ofNullable(system.get(calls)),
                                Optional.ofNullable(bareSocket.get(calls)),
                                Optional.ofNullable(bareFraming.get(calls)),
                                Optional.ofNullable(bareKafka.get(calls))))
                        .toList());
    }

    private <S> Map<Integer, S> samples(Target target, String name, Opener<S> opener)
            throws IOException, InterruptedException {
        Map<Integer, S> samples = new TreeMap<>();
        if (!settings.measures(target)) {
            return samples;
        }
        progress.accept(name + ": starting");
        try (Phase<S> phase = opener.open(workshop, settings, stop)) {
            if (settings.warmUpSeconds() > 0) {
                progress.accept(name + ": warming up with " + settings.mostCalls() + " calls");
                phase.measure(settings.mostCalls(), Duration.ofSeconds(settings.warmUpSeconds()));
            }
            for (int calls : settings.calls()) {
                progress.accept(name + ": " + calls + " calls for " + settings.seconds() + " s");
                samples.put(calls, phase.measure(calls, Duration.ofSeconds(settings.seconds())));
            }
        }
        return samples;
    }
}
