package io.agentstream.dev.bench;

import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Machine;
import io.agentstream.dev.bench.report.ProcessFigures;
import io.agentstream.dev.bench.report.TalkReport;
import io.agentstream.dev.bench.system.SetupLog;
import io.agentstream.dev.bench.system.Tenant;
import io.agentstream.dev.bench.talk.Calibration;
import io.agentstream.dev.bench.talk.ServicesPart;
import io.agentstream.dev.bench.talk.TalkPlan;
import io.agentstream.dev.bench.talk.Talked;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// Conversations with an agent that hears, thinks and speaks by services, which are played with known delays: what of the caller's wait is our own
/// doing, and what a conversation takes. One thread.
final class TalkRun {

    private static final String TALKERS = "callers";
    private static final String SERVICES = "services";
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration GRACE = Duration.ofMinutes(2);

    private final Workshop workshop;
    private final BenchSettings settings;
    private final Stop stop;
    private final Consumer<String> progress;

    /// @param settings of which the most calls are placed
    TalkRun(Workshop workshop, BenchSettings settings, Stop stop, Consumer<String> progress) {
        this.workshop = workshop;
        this.settings = settings;
        this.stop = stop;
        this.progress = progress;
    }

    /// @throws InterruptedException where it is stopped
    TalkReport run() throws IOException, InterruptedException {
        progress.accept("starting");
        ChildProcess.Opened played = workshop.startAheadForNow(SERVICES, settings.flags().tool(), Map.of());
        try (ChildProcess services = played.process();
                RunningSystem system = new RunningSystem(workshop, settings, Calibration.agent(played.facts()));
                SetupLog log = new SetupLog(system.clients())) {
            if (settings.warmUpSeconds() > 0) {
                progress.accept("warming up with " + settings.mostCalls() + " conversations");
                talk(system, services, log, Duration.ofSeconds(settings.warmUpSeconds()));
            }
            progress.accept(settings.mostCalls() + " conversations for " + settings.seconds() + " s");
            return talk(system, services, log, Duration.ofSeconds(settings.seconds()));
        }
    }

    private TalkReport talk(RunningSystem system, ChildProcess services, SetupLog log, Duration length)
            throws IOException, InterruptedException {
        TalkPlan plan = plan(system, length);
        log.mark();
        try (ChildProcess callers = workshop.startAheadForNow(TALKERS, settings.flags().tool(), plan).process()) {
            callers.ask("place", "", GRACE.plusMillis(plan.rampMs()));
            stop.pause(SETTLE);
            List<Window.Member> all = new ArrayList<>(system.members());
            all.add(new Window.Member(SERVICES, services));
            all.add(new Window.Member(TALKERS, callers));
            long fromMs = System.currentTimeMillis();
            ServicesPart.Counts before = counts(services);
            Window.Used used = Window.measure(all, length, stop);
            ServicesPart.Counts after = counts(services);
            long untilMs = System.currentTimeMillis();
            Talked[] talked = Json.MAPPER.treeToValue(callers.ask("outcomes", "", GRACE.plus(length)), Talked[].class);
            return report(plan.calls(), List.of(talked), new Measured(fromMs, untilMs, used, after.since(before)), log.running());
        }
    }

    private TalkPlan plan(RunningSystem system, Duration length) {
        String path = system.tenant().path().replace("{domain}", Tenant.DOMAIN);
        return new TalkPlan(
                system.ports().stream().map(port -> "ws://127.0.0.1:" + port + path).toList(), Tenant.DOMAIN, settings.mostCalls(),
                settings.ramp(), SETTLE.multipliedBy(2).plus(length).toMillis());
    }

    private static ServicesPart.Counts counts(ChildProcess services) throws IOException, InterruptedException {
        return Json.MAPPER.treeToValue(services.ask("counts", "", GRACE), ServicesPart.Counts.class);
    }

    private record Measured(long fromMs, long untilMs, Window.Used used, ServicesPart.Counts counts) {}

    private TalkReport report(int calls, List<Talked> talked, Measured measured, Map<String, Instant> running) {
        List<Long> answers = talked.stream()
                .flatMap(each -> each.answers().stream())
                .filter(answer -> answer.askedAtMs() >= measured.fromMs && answer.askedAtMs() < measured.untilMs)
                .map(Talked.Answer::afterMs)
                .toList();
        List<Long> greetings = talked.stream()
                .filter(each -> each.firstAudioAtMs() > 0 && running.containsKey(each.session()))
                .map(each -> each.firstAudioAtMs() - Objects.requireNonNull(running.get(each.session())).toEpochMilli())
                .toList();
        Map<String, ProcessFigures> processes = new LinkedHashMap<>(measured.used.processes());
        double cores = processes.entrySet().stream()
                .filter(each -> !each.getKey().equals(SERVICES) && !each.getKey().equals(TALKERS))
                .mapToDouble(each -> each.getValue().cores())
                .sum();
        ServicesPart.Counts counts = measured.counts;
        return new TalkReport(
                Machine.here(), settings.shown(), calls, measured.used.seconds(), Calibration.shown(), TalkReport.Times.of(answers, 0),
                TalkReport.Times.of(answers, Calibration.servicesMs()), TalkReport.Times.of(greetings, 0),
                talked.stream().mapToInt(Talked::unanswered).sum(), (int) talked.stream().filter(Talked::ended).count(), cores / calls,
                processes, measured.used.machine(),
                new TalkReport.PerCall(
                        (double) answers.size() / calls, (double) counts.tokens() / calls, (double) counts.characters() / calls,
                        counts.secondsHeard() / calls, counts.secondsSpoken() / calls));
    }
}
