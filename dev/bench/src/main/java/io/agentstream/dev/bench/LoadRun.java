package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.CallCounts;
import io.agentstream.dev.bench.load.LoadGenerator;
import io.agentstream.dev.bench.load.LoadPlan;
import io.agentstream.dev.bench.measure.PauseWatch;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.dev.bench.report.Sample;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The calls of one point: placed, measured, hung up, by a generator in a process of its own. One thread.
final class LoadRun implements AutoCloseable {

    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final Duration GRACE = Duration.ofMinutes(2);

    private final LoadPlan plan;
    private final Stop stop;
    private final ChildProcess generator;

    LoadRun(Workshop workshop, JvmFlags flags, LoadPlan plan, Stop stop) throws IOException, InterruptedException {
        this.plan = plan;
        this.stop = stop;
        this.generator = workshop.startAheadForNow("load", flags.tool(), plan).process();
    }

    /// Places the calls and lets them settle.
    CallCounts place() throws IOException, InterruptedException {
        Duration rampUp = Duration.ofSeconds((long) (plan.calls() / plan.callsPerSecond()));
        CallCounts counts =
                Json.MAPPER.treeToValue(generator.ask("place", "", rampUp.plus(GRACE)), CallCounts.class);
        stop.pause(SETTLE);
        return counts;
    }

    /// Measures for so long, with the calls up.
    Measurement measure(List<Window.Member> members, Duration length) throws IOException, InterruptedException {
        List<Window.Member> all = new ArrayList<>(members);
        all.add(new Window.Member(Sample.GENERATOR, generator));
        begin();
        Window.Used used = Window.measure(all, length, stop);
        LoadGenerator.Result result = end();
        CallCounts counts = result.calls();
        return new Measurement(
                new Sample(
                        new Point.CallFigures(
                                counts.placed(), counts.answered(), counts.refused(), counts.failed(), counts.closeCodes()),
                        used.seconds(),
                        result.rttMs(),
                        result.frames(),
                        result.lateness(),
                        generator.isAhead(),
                        used.processes(),
                        used.machine()),
                counts);
    }

    /// From now on frames count.
    void begin() throws IOException, InterruptedException {
        generator.ask("begin", "", GRACE);
    }

    /// What came of the frames since [#begin].
    LoadGenerator.Result end() throws IOException, InterruptedException {
        return Json.MAPPER.treeToValue(generator.ask("end", "", GRACE), LoadGenerator.Result.class);
    }

    /// From now on the longest pause of each call counts.
    void listen() throws IOException, InterruptedException {
        generator.ask("listen", "", GRACE);
    }

    /// The longest pause of each call that is up, since [#listen].
    List<PauseWatch.Pause> pauses() throws IOException, InterruptedException {
        return List.of(Json.MAPPER.treeToValue(generator.ask("pauses", "", GRACE), PauseWatch.Pause[].class));
    }

    /// A sample, and what has become of the calls until its end.
    record Measurement(Sample sample, CallCounts calls) {}

    CallCounts hangUp() throws IOException, InterruptedException {
        return Json.MAPPER.treeToValue(generator.ask("hang_up", "", GRACE), CallCounts.class);
    }

    @Override
    public void close() {
        generator.close();
    }
}
