package io.agentstream.dev.bench;

import io.agentstream.dev.bench.bare.BareKafkaCallsPart;
import io.agentstream.dev.bench.bare.KafkaPlan;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Sample;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The same records over the same two hops, with nothing around them.
final class BareKafkaPhase implements Phase<Sample> {

    private static final String THERE = "bench.media";
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
                            new Window.Member("calls", callers),
                            new Window.Member("worker", worker),
                            new Window.Member("broker", broker)),
                    length,
                    stop);
            BareKafkaCallsPart.Result result =
                    Json.MAPPER.treeToValue(callers.ask("end", "", LIMIT), BareKafkaCallsPart.Result.class);
            return new Sample(
                    calls,
                    used.seconds(),
                    result.rttMs(),
                    result.frames(),
                    result.lateness(),
                    used.processes(),
                    used.machine());
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
