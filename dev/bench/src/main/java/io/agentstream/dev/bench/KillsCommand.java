package io.agentstream.dev.bench;

import io.agentstream.dev.bench.report.KillsReport;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `./agent-stream bench kills`.
@Command(
        name = "kills",
        description = {
            "Kills workers with SIGKILL while echo calls go on, and measures how long each call of theirs waits for its next frame.",
            "The calls are the same from the first kill to the last. A kill takes about fifteen seconds; what is known by then is written after each."
        },
        mixinStandardHelpOptions = true)
final class KillsCommand implements Callable<Integer> {

    private static final int MAX_KILLS = 10_000;

    @ParentCommand
    private @Nullable BenchCommand bench;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--kills", paramLabel = "N", defaultValue = "20", description = "How often a worker is killed (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(names = "--stops", paramLabel = "N", defaultValue = "5", description = "How often, after that, one is told to stop (default: ${DEFAULT-VALUE}).")
    private int stops;

    @Option(names = "--calls", paramLabel = "N", defaultValue = "100", description = "Calls, of which each of the two workers has about half (default: ${DEFAULT-VALUE}).")
    private int calls;

    @Option(names = "--ramp", paramLabel = "R", defaultValue = "5", description = "New calls a second (default: ${DEFAULT-VALUE}).")
    private double ramp;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report there as JSON, anew after each kill.")
    private @Nullable Path json;

    @Option(names = "--work", paramLabel = "DIR", description = "Keeps data and logs there; otherwise they are deleted.")
    private @Nullable Path work;

    @Option(names = "--jvm", paramLabel = "FLAG", description = "A further JVM flag for services and broker; may be repeated.")
    private List<String> jvm = List.of();

    @Override
    public Integer call() throws IOException {
        KillsRun.Plan plan = plan();
        try (StopHook hook = new StopHook(Thread.currentThread());
                Workshop workshop = work == null ? Workshop.temporary() : Workshop.in(work)) {
            KillsReport report = new KillsRun(workshop, plan, hook.stop(), System.err::println, this::write).run();
            System.out.print(report.table());
            return report.isGood() ? 0 : 1;
        } catch (InterruptedException stopped) {
            System.err.println("stopped");
            return StopHook.EXIT_STOPPED;
        }
    }

    private void write(KillsReport soFar) throws IOException {
        ReportFile.write(json, soFar);
    }

    /// On a machine that has other things to do calls begin slowly, and how they begin is not what is measured.
    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(Wiring.measurable(Objects.requireNonNull(bench).environment()));
        environment.putIfAbsent(Keys.HANDSHAKE_TIMEOUT.variable(), "60s");
        return environment;
    }

    private KillsRun.Plan plan() {
        try {
            ReportFile.require(json);
            if (kills < 0 || stops < 0 || kills + stops < 1 || kills + stops > MAX_KILLS) {
                throw new IllegalArgumentException("--kills and --stops take numbers from 0, together between 1 and " + MAX_KILLS);
            }
            BenchSettings settings = new BenchSettings(
                    List.of(calls), 1, ramp, 0, EnumSet.of(Target.SYSTEM), 500, 1, 5, new BenchSettings.Layout(4, 1, 2, false, 0),
                    environment(), JvmFlags.recommended(jvm));
            return new KillsRun.Plan(settings, kills, stops);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), String.valueOf(wrong.getMessage()));
        }
    }
}
