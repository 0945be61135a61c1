package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.CallCounts;
import io.agentstream.dev.bench.load.LoadPlan;
import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.PauseWatch.Pause;
import io.agentstream.dev.bench.report.KillsReport;
import io.agentstream.dev.bench.report.KillsReport.Round;
import io.agentstream.dev.bench.report.Machine;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.dev.bench.system.Tenant;
import io.agentstream.dev.embedded.WorkerMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/// Echo calls on two workers, of which one after the other is killed, or told to stop, and replaced. One thread.
final class KillsRun {

    /// What a newer worker, and the others, may take to settle.
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(200);

    /// A call whose newest frame is not older is heard again.
    private static final long HEARD_MS = 500;

    /// Of a call that was not heard again by then it is said that it never was.
    private static final Duration AGAIN_LIMIT = Duration.ofSeconds(30);

    private final Workshop workshop;
    private final Plan plan;
    private final Stop stop;
    private final Consumer<String> progress;
    private final Sink sink;

    /// @param kills how many workers are killed, one after the other
    /// @param stops how many are told to stop, after that
    record Plan(BenchSettings settings, int kills, int stops) {}

    /// Told what is known after each round.
    @FunctionalInterface
    interface Sink {
        void write(KillsReport soFar) throws IOException;
    }

    KillsRun(Workshop workshop, Plan plan, Stop stop, Consumer<String> progress, Sink sink) {
        this.workshop = workshop;
        this.plan = plan;
        this.stop = stop;
        this.progress = progress;
        this.sink = sink;
    }

    /// @throws InterruptedException where it is stopped
    KillsReport run() throws IOException, InterruptedException {
        BenchSettings settings = plan.settings();
        progress.accept("starting");
        try (RunningSystem system = new RunningSystem(workshop, settings);
                LoadRun load = new LoadRun(workshop, settings.flags(), calls(system), stop)) {
            CallCounts placed = load.place();
            progress.accept(placed.answered() + " calls talk");
            load.begin();
            List<Round> rounds = new ArrayList<>();
            for (int n = 0; n < plan.kills() + plan.stops(); n++) {
                Round round = round(system, load, n < plan.kills());
                rounds.add(round);
                progress.accept(round.line(n + 1));
                sink.write(KillsReport.of(Machine.here(), settings.shown(), rounds, placed.answered(), null, null));
            }
            Frames frames = load.end().frames();
            CallCounts ended = load.hangUp();
            Point.CallFigures calls = new Point.CallFigures(
                    ended.placed(), ended.answered(), ended.refused(), ended.failed(), ended.closeCodes());
            KillsReport report = KillsReport.of(Machine.here(), settings.shown(), rounds, placed.answered(), frames, calls);
            sink.write(report);
            return report;
        }
    }

    private LoadPlan calls(RunningSystem system) {
        BenchSettings settings = plan.settings();
        return LoadPlan.echo(
                LoadPlan.Server.local(system.ports(), system.tenant().path()), List.of(Tenant.DOMAIN), "kills", settings.mostCalls(),
                settings.ramp(), settings.loadThreads(), settings.tickUs());
    }

    /// The oldest worker ends, and once all calls are heard again another begins.
    private Round round(RunningSystem system, LoadRun load, boolean kill) throws IOException, InterruptedException {
        RunningSystem.Worker oldest = system.workers().removeFirst();
        int held = WorkerMetrics.conversations(oldest.adminUrl());
        load.listen();
        long atMs = System.currentTimeMillis();
        if (kill) {
            oldest.process().kill();
        } else {
            oldest.process().close();
        }
        List<Pause> left = heardAgain(load);
        load.listen();
        system.startWorker();
        system.awaitWorkers();
        stop.pause(SETTLE);
        List<Pause> joined = heardAgain(load);

        List<Pause> longestFirst = left.stream().sorted(Comparator.comparingLong(Pause::lengthMs).reversed()).toList();
        int moved = Math.min(held, longestFirst.size());
        return new Round(
                kill,
                held,
                longestFirst.subList(0, moved).stream().map(pause -> kill ? pause.untilMs() - atMs : pause.lengthMs()).toList(),
                longestFirst.subList(moved, longestFirst.size()).stream().map(Pause::lengthMs).toList(),
                joined.stream().map(Pause::lengthMs).toList(),
                (int) left.stream().filter(pause -> pause.sinceMs() > HEARD_MS).count());
    }

    /// The longest pause of each call, once all calls are heard again.
    private List<Pause> heardAgain(LoadRun load) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + AGAIN_LIMIT.toNanos();
        stop.pause(SETTLE); // no worker is missed sooner, and until then what it had said may be on its way
        List<Pause> pauses = load.pauses();
        while (pauses.stream().anyMatch(pause -> pause.sinceMs() > HEARD_MS) && System.nanoTime() < deadlineNs) {
            stop.pause(POLL);
            pauses = load.pauses();
        }
        return pauses;
    }
}
