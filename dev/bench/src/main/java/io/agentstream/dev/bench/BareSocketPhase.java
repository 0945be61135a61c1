package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.LoadPlan;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The load generator against a bare WebSocket echo.
final class BareSocketPhase implements Phase<Sample> {

    private static final double CALLS_PER_SECOND = 200;

    private final String part;
    private final Workshop workshop;
    private final BenchSettings settings;
    private final Stop stop;
    private final ChildProcess server;
    private final int port;

    /// @param part the server: `bare-socket`, or `bare-framing`
    BareSocketPhase(String part, Workshop workshop, BenchSettings settings, Stop stop)
            throws IOException, InterruptedException {
        this.part = part;
        this.workshop = workshop;
        this.settings = settings;
        this.stop = stop;
        ChildProcess.Opened opened = workshop.startForNow(
                part,
                settings.flags().service(),
                Map.of("io_threads", Runtime.getRuntime().availableProcessors()));
        this.server = opened.process();
        this.port = opened.facts().path("port").asInt();
    }

    @Override
    public Sample measure(int calls, Duration length) throws IOException, InterruptedException {
        LoadPlan plan = LoadPlan.echo(
                LoadPlan.Server.local(List.of(port), "/"), List.of("bench.cloudonix.net"), "bare", calls, CALLS_PER_SECOND,
                settings.loadThreads(), settings.tickUs());
        try (LoadRun load = new LoadRun(workshop, settings.flags(), plan, stop)) {
            load.place();
            Sample sample = load.measure(List.of(new Window.Member(part, server)), length).sample();
            load.hangUp();
            return sample;
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
