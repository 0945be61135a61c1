package io.agentstream.dev.bench;

import io.agentstream.dev.bench.bare.BareKafkaCallsPart;
import io.agentstream.dev.bench.bare.KafkaPlan;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.dev.bench.report.ProcessFigures;
import io.agentstream.dev.bench.report.Sample;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The same records over the same two hops, with nothing around them.
final class BareKafkaPhase implements Phase<Sample> {

    private static final String THERE = "bench.media";
    private static final String CALLS = "calls";
    private static final String BACK = "bench.commands";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(3);

    private final Workshop workshop;
    private final BenchSettings settings;
    private final Stop stop;
    private final ChildProcess broker;
    private final String bootstrapServers;

    BareKafkaPhase(Workshop workshop, BenchSettings settings, Stop stop) throws IOException, InterruptedException {
        this.workshop = workshop;
        this.settings = settings;
        this.stop = stop;
        ChildProcess.Opened opened = workshop.startForNow(
                "broker",
                settings.flags().broker(),
                Map.of("directory", workshop.directory("bare-kafka").toString()));
        this.broker = opened.process();
        this.bootstrapServers = opened.facts().path("bootstrap_servers").asString();
        broker.ask("topics", Map.of(THERE, settings.layout().partitions(), BACK, settings.layout().partitions()), LIMIT);
    }

    @Override
    public Sample measure(int calls, Duration length) throws IOException, InterruptedException {
        KafkaPlan plan =
                new KafkaPlan(bootstrapServers, settings.lingerMs(), THERE, BACK, calls, settings.tickUs());
        List<String> flags = settings.flags().service();
        try (ChildProcess worker = workshop.startForNow("bare-kafka-worker", flags, plan).process();
                ChildProcess callers = workshop.startAheadForNow("bare-kafka-calls", flags, plan).process()) {
            stop.pause(SETTLE);
            callers.ask("begin", "", LIMIT);
            Window.Used used = Window.measure(
                    List.of(
                            new Window.Member(CALLS, callers),
                            new Window.Member("worker", worker),
                            new Window.Member("broker", broker)),
                    length,
                    stop);
            BareKafkaCallsPart.Result result =
                    Json.MAPPER.treeToValue(callers.ask("end", "", LIMIT), BareKafkaCallsPart.Result.class);
            return new Sample(
                    Point.CallFigures.allTalked(calls),
                    used.seconds(),
                    result.rttMs(),
                    result.frames(),
                    result.lateness(),
                    callers.isAhead(),
                    withGeneratorApart(used.processes(), result.generatorCores()),
                    used.machine());
        }
    }

    /// The process that stands for the gateway also makes the audio: what that takes is the generator's.
    private static Map<String, ProcessFigures> withGeneratorApart(Map<String, ProcessFigures> processes, double generatorCores) {
        Map<String, ProcessFigures> apart = new LinkedHashMap<>(processes);
        apart.computeIfPresent(CALLS, (name, figures) -> figures.withCores(Math.max(0, figures.cores() - generatorCores)));
        apart.put(Sample.GENERATOR, ProcessFigures.ofCores(generatorCores));
        return apart;
    }

    @Override
    public void close() {
        broker.close();
    }
}
