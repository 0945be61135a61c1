package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.CallCounts;
import io.agentstream.dev.bench.load.LoadPlan;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Followed;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.dev.bench.report.SystemSample;
import io.agentstream.dev.bench.system.SetupLog;
import io.agentstream.dev.bench.system.Tenant;
import io.agentstream.dev.bench.system.TopicMeter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The system itself, with echo calls.
final class SystemPhase implements Phase<SystemSample> {

    private static final Duration HEAP_LIMIT = Duration.ofSeconds(30);
    /// After the last call of a point, so that its end does not count in the next.
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private final Workshop workshop;
    private final BenchSettings settings;
    private final Stop stop;
    private final RunningSystem system;
    private final Optional<FollowedCall> followed;
    private final SetupLog setups;
    private final TopicMeter topics;
    private int points;

    SystemPhase(Workshop workshop, BenchSettings settings, Stop stop) throws IOException, InterruptedException {
        this.workshop = workshop;
        this.settings = settings;
        this.stop = stop;
        system = new RunningSystem(workshop, settings);
        try {
            setups = system.own("set-ups", new SetupLog(system.clients()));
            topics = new TopicMeter(system.admin());
            followed = followed();
        } catch (IOException | InterruptedException | RuntimeException failure) {
            system.close();
            throw failure;
        }
    }

    private Optional<FollowedCall> followed() throws IOException, InterruptedException {
        int followers = settings.layout().followers();
        if (followers == 0) {
            return Optional.empty();
        }
        ChildProcess process = system.part(
                        "followers", settings.flags().tool(),
                        Map.of("api_url", system.apiUrl(), "api_key", system.tenant().apiKey().reveal()))
                .process();
        system.members().add(new Window.Member("followers", process));
        return Optional.of(new FollowedCall(process, system.apiUrl(), system.tenant().apiKey(), followers));
    }

    @Override
    public SystemSample measure(int calls, Duration length) throws IOException, InterruptedException {
        LoadPlan plan = LoadPlan.echo(
                LoadPlan.Server.local(system.ports(), system.tenant().path()), List.of(Tenant.DOMAIN), "point" + points++, calls,
                settings.ramp(), settings.loadThreads(), settings.tickUs());
        long gatewayEmpty = heapBytes(system.gateways().stream());
        long workerEmpty = heapBytes(workers());
        try (LoadRun load = new LoadRun(workshop, settings.flags(), plan, stop)) {
            setups.mark();
            load.place();
            Point.SetupMs setup = setups.read();
            TopicMeter.Reading before = topics.read();
            LoadRun.Measurement measured = load.measure(system.members(), length);
            TopicMeter.Reading after = topics.read();
            Point.HeapBytesPerCall heap = new Point.HeapBytesPerCall(
                    perCall(heapBytes(system.gateways().stream()) - gatewayEmpty, calls), perCall(heapBytes(workers()) - workerEmpty, calls));
            Optional<Followed> whenFollowed =
                    followed.isPresent() ? Optional.of(followed.get().measure(load, system.members(), length)) : Optional.empty();
            load.hangUp();
            stop.pause(SETTLE);
            CallCounts counts = measured.calls();
            return new SystemSample(
                    measured.sample(),
                    setup,
                    new Point.SetupMs(counts.firstEcho().p50(), counts.firstEcho().p99()),
                    heap,
                    after.since(before),
                    whenFollowed);
        }
    }

    private Stream<ChildProcess> workers() {
        return system.workers().stream().map(RunningSystem.Worker::process);
    }

    private static long heapBytes(Stream<ChildProcess> processes) throws IOException, InterruptedException {
        long bytes = 0;
        for (ChildProcess process : processes.toList()) {
            bytes += process.ask("heap", "", HEAP_LIMIT).path("bytes").asLong();
        }
        return bytes;
    }

    private static long perCall(long bytes, int calls) {
        return Math.max(0, bytes) / calls;
    }

    @Override
    public void close() {
        system.close();
    }
}
