package io.agentstream.dev.bench;

import io.agentstream.dev.bench.report.Plots;
import io.agentstream.dev.bench.report.Report;
import io.agentstream.dev.bench.report.Table;
import io.agentstream.dev.bench.report.TalkReport;
import io.agentstream.dev.bench.system.Wiring;
import io.agentstream.runtime.Keys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./agent-stream bench`.
@Command(
        name = "bench",
        subcommands = {LoadCommand.class, KillsCommand.class},
        description = {
            "Measures the system with real-time echo calls, and beside it bare sockets and bare Kafka; or, with --agent cascade, with conversations.",
            "Every part is a process of its own; nothing is left behind. Takes about two minutes for each number of calls."
        },
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {

    /// As many as are promised to be answered in time.
    private static final int CONVERSATIONS = 100;

    private final Map<String, String> environment;

    /// @param environment configuration variables; those that matter for speed go to the services
    public BenchCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    Map<String, String> environment() {
        return environment;
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--calls", split = ",", paramLabel = "N", defaultValue = "50,100,200", description = "Numbers of calls, one point each (default: ${DEFAULT-VALUE}).")
    private List<Integer> calls = List.of();

    @Option(names = "--agent", paramLabel = "KIND", defaultValue = "echo", description = "echo; or cascade: an agent that hears, thinks and speaks by services, which are played with known delays; the most of --calls at once (default: 100) (default: ${DEFAULT-VALUE}).")
    private String agent = "";

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "30", description = "Length of each measurement (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--ramp", paramLabel = "R", defaultValue = "20", description = "New calls a second (default: ${DEFAULT-VALUE}).")
    private double ramp;

    @Option(names = "--warm-up", paramLabel = "S", defaultValue = "20", description = "Seconds that each thing runs with the most calls before the first point (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds;

    @Option(names = "--only", split = ",", paramLabel = "WHAT", description = "Measures only these: bare-socket, bare-framing (a socket on the gateway's own framing), bare-kafka, system.")
    private List<String> only = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report there as JSON.")
    private @Nullable Path json;

    @Option(names = "--svg", paramLabel = "DIR", description = "Writes the plots there: latency.svg, cores.svg.")
    private @Nullable Path svg;

    @Option(names = "--work", paramLabel = "DIR", description = "Keeps data and logs there; otherwise they are deleted.")
    private @Nullable Path work;

    @Option(names = "--linger", paramLabel = "MS", defaultValue = "5", description = "MEDIA_LINGER of the system and of bare Kafka, in ms (default: ${DEFAULT-VALUE}).")
    private int lingerMs;

    @Option(names = "--partitions", paramLabel = "N", defaultValue = "4", description = "CALL_PARTITIONS of both (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(names = "--gateways", paramLabel = "N", defaultValue = "1", description = "Gateways, each a process (default: ${DEFAULT-VALUE}).")
    private int gateways;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "1", description = "Workers, each a process (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(names = "--sealed", description = "Seals the calls with keys of their own (CALL_KEYS_KEY).")
    private boolean sealed;

    @Option(names = "--followers", paramLabel = "N", defaultValue = "0", description = "Measures the system also with so many who follow one of its calls, and without, in turn (default: ${DEFAULT-VALUE}).")
    private int followers;

    @Option(names = "--load-threads", paramLabel = "N", defaultValue = "1", description = "Threads of the load generator (default: ${DEFAULT-VALUE}).")
    private int loadThreads;

    @Option(names = "--tick", paramLabel = "US", defaultValue = "500", description = "How far apart the generator looks at its calls, in us: the error of the latencies, upwards (default: ${DEFAULT-VALUE}).")
    private int tickUs;

    @Option(names = "--jvm", paramLabel = "FLAG", description = "A further JVM flag for services and broker; may be repeated.")
    private List<String> jvm = List.of();

    @Override
    public Integer call() throws IOException {
        BenchSettings settings = settings();
        boolean talks = switch (agent) {
            case "echo" -> false;
            case "cascade" -> true;
            default -> throw new ParameterException(line(), "--agent takes echo and cascade, not " + agent);
        };
        try (StopHook hook = new StopHook(Thread.currentThread())) {
            return talks ? talk(settings, hook.stop()) : measure(settings, hook.stop());
        } catch (InterruptedException stopped) {
            System.err.println("stopped");
            return StopHook.EXIT_STOPPED;
        }
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    private int talk(BenchSettings settings, Stop stop) throws IOException, InterruptedException {
        try (Workshop workshop = work == null ? Workshop.temporary() : Workshop.in(work)) {
            TalkReport report = new TalkRun(workshop, settings, stop, System.err::println).run();
            System.out.print(report.table());
            ReportFile.write(json, report);
            return report.isGood() ? 0 : 1;
        }
    }

    private int measure(BenchSettings settings, Stop stop) throws IOException, InterruptedException {
        Report report;
        try (Workshop workshop = work == null ? Workshop.temporary() : Workshop.in(work)) {
            report = new Bench(settings, workshop, stop, System.err::println).run();
        }
        System.out.print(Table.of(report));
        ReportFile.write(json, report);
        if (json != null) {
            System.out.println("JSON: " + json);
        }
        if (svg != null) {
            Plots.write(report, svg);
            System.out.println("plots: " + svg);
        }
        return 0;
    }

    private BenchSettings settings() {
        try {
            ReportFile.require(json);
            ReportFile.requireDirectory(svg);
            return new BenchSettings(
                    agent.equals("cascade") && !line().getParseResult().hasMatchedOption("--calls") ? List.of(CONVERSATIONS) : calls,
                    seconds, ramp, warmUpSeconds, targets(), tickUs, loadThreads, lingerMs,
                    new BenchSettings.Layout(partitions, gateways, workers, sealed, followers),
                    services(), JvmFlags.recommended(jvm));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(line(), String.valueOf(wrong.getMessage()));
        }
    }

    /// What the services are configured with. Played services are on this machine, and how calls begin where it has other things to do is not
    /// what is measured of conversations.
    private Map<String, String> services() {
        Map<String, String> variables = new TreeMap<>(Wiring.measurable(environment));
        if (agent.equals("cascade")) {
            variables.put(Keys.OUTBOUND_ALLOWED_NETWORKS.variable(), "127.0.0.0/8");
            variables.putIfAbsent(Keys.HANDSHAKE_TIMEOUT.variable(), "60s");
        }
        return variables;
    }

    private EnumSet<Target> targets() {
        if (only.isEmpty()) {
            return EnumSet.allOf(Target.class);
        }
        EnumSet<Target> targets = EnumSet.noneOf(Target.class);
        for (String word : only) {
            targets.add(switch (word) {
                case "bare-socket" -> Target.BARE_SOCKET;
                case "bare-framing" -> Target.BARE_FRAMING;
                case "bare-kafka" -> Target.BARE_KAFKA;
                case "system" -> Target.SYSTEM;
                default -> throw new IllegalArgumentException("--only takes bare-socket, bare-framing, bare-kafka and system, not " + word);
            });
        }
        return targets;
    }
}
