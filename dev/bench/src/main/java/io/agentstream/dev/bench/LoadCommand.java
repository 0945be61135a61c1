package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.FrameKind;
import io.agentstream.dev.bench.load.FrameMatch;
import io.agentstream.dev.bench.load.LoadPlan;
import io.agentstream.dev.bench.report.LoadReport;
import io.agentstream.dev.bench.report.Machine;
import io.agentstream.dev.bench.report.Sample;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;

/// `./agent-stream bench load`.
@Command(
        name = "load",
        description = {
            "Drives any server that sends back the audio it hears, with the generator of the benchmark.",
            "Point it at another system to see it beside ours, measured by the same hand. With --pid it also says what the server took."
        },
        mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {

    private static final int EXIT_NOT_VALID = 1;


    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--url", required = true, paramLabel = "URL", description = "ws:// or wss:// address of the server. {session} and {domain} in it are filled in for each call.")
    private String url = "";

    @Option(names = "--frames", paramLabel = "KIND", defaultValue = "twilio", description = "twilio: JSON with base64 mu-law; mulaw-binary: binary messages of 20 ms of mu-law (default: ${DEFAULT-VALUE}).")
    private String frames = "";

    @Option(names = "--match", paramLabel = "HOW", defaultValue = "exact", description = "exact: byte for byte; tolerant: also through another codec or rate, and cut into other messages (default: ${DEFAULT-VALUE}).")
    private String match = "";

    @Option(names = "--header", paramLabel = "'NAME: VALUE'", description = "A further header of the upgrade; may be repeated.")
    private List<String> headers = List.of();

    @Option(names = "--any-certificate", description = "The server of a wss:// address need not prove who it is.")
    private boolean anyCertificate;

    @Option(names = "--pid", split = ",", paramLabel = "N", description = "Processes of the server on this machine, with what they started: says how many processors a call takes.")
    private List<Long> pids = List.of();

    @Option(names = "--calls", split = ",", paramLabel = "N", defaultValue = "50", description = "Numbers of calls, one point each (default: ${DEFAULT-VALUE}).")
    private List<Integer> calls = List.of();

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "30", description = "Length of each measurement (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--ramp", paramLabel = "R", defaultValue = "20", description = "New calls a second (default: ${DEFAULT-VALUE}).")
    private double ramp;

    @Option(names = "--warm-up", paramLabel = "S", defaultValue = "0", description = "Seconds with the most calls before the first point (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds;

    @Option(names = "--domain", paramLabel = "NAME", defaultValue = "bench.example", description = "What {domain} and the account of the start message are (default: ${DEFAULT-VALUE}).")
    private String domain = "";

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads of the generator (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--tick", paramLabel = "US", defaultValue = "500", description = "How far apart the generator looks at its calls, in us (default: ${DEFAULT-VALUE}).")
    private int tickUs;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        List<LoadPlan> plans = plans();
        List<Window.Member> members = members();
        try (StopHook hook = new StopHook(Thread.currentThread())) {
            LoadReport report = LoadReport.of(Machine.here(), samples(plans, members, hook.stop()));
            System.out.print(report.table());
            if (json != null) {
                Files.writeString(json, Json.MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n");
                System.out.println("JSON: " + json);
            }
            return report.points().stream().allMatch(LoadReport.LoadPoint::valid) ? 0 : EXIT_NOT_VALID;
        } catch (InterruptedException stopped) {
            System.err.println("stopped");
            return StopHook.EXIT_STOPPED;
        }
    }

    private List<Sample> samples(List<LoadPlan> plans, List<Window.Member> members, Stop stop)
            throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        try (Workshop workshop = Workshop.temporary()) {
            if (warmUpSeconds > 0) {
                sample(workshop, plans.getLast(), members, stop, warmUpSeconds);
            }
            for (LoadPlan plan : plans) {
                System.err.println(plan.calls() + " calls for " + seconds + " s");
                samples.add(sample(workshop, plan, members, stop, seconds));
            }
        }
        return samples;
    }

    private static Sample sample(Workshop workshop, LoadPlan plan, List<Window.Member> members, Stop stop, int seconds)
            throws IOException, InterruptedException {
        try (LoadRun load = new LoadRun(workshop, JvmFlags.recommended(List.of()), plan, stop)) {
            load.place();
            Sample sample = load.measure(members, Duration.ofSeconds(seconds)).sample();
            load.hangUp();
            return sample;
        }
    }

    private List<LoadPlan> plans() {
        LoadPlan.Server server = server();
        FrameKind kind = switch (frames) {
            case "twilio" -> FrameKind.TWILIO;
            case "mulaw-binary" -> FrameKind.MULAW_BINARY;
            default -> throw wrong("--frames takes twilio or mulaw-binary, not " + frames);
        };
        FrameMatch how = switch (match) {
            case "exact" -> FrameMatch.EXACT;
            case "tolerant" -> FrameMatch.TOLERANT;
            default -> throw wrong("--match takes exact or tolerant, not " + match);
        };
        if (threads < 1 || threads > LoadPlan.MAX_THREADS) {
            throw wrong("--threads takes a number between 1 and " + LoadPlan.MAX_THREADS);
        }
        if (seconds < 1 || warmUpSeconds < 0) {
            throw wrong("--seconds takes a number from 1, --warm-up one from 0");
        }
        try {
            ReportFile.require(json);
            List<LoadPlan> plans = new ArrayList<>();
            for (int count : calls.stream().sorted().distinct().toList()) {
                plans.add(new LoadPlan(
                        server, kind, how, List.of(domain), "load" + plans.size(), count, ramp, threads, tickUs));
            }
            return plans;
        } catch (IllegalArgumentException notUsable) {
            throw wrong(String.valueOf(notUsable.getMessage()));
        }
    }

    private LoadPlan.Server server() {
        URI address;
        try {
            // What is filled in for each call is no part of an address yet.
            address = URI.create(url.replace("{", "%7B").replace("}", "%7D"));
        } catch (IllegalArgumentException malformed) {
            throw wrong("--url is no address: " + malformed.getMessage());
        }
        String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("wss");
        if (!(secure || scheme.equals("ws")) || address.getHost() == null) {
            throw wrong("--url takes an address such as ws://127.0.0.1:8765/stream or wss://host/stream");
        }
        for (String header : headers) {
            if (!header.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\r\\n]*")) {
                throw wrong("--header takes 'NAME: VALUE'");
            }
        }
        int port = address.getPort() >= 0 ? address.getPort() : secure ? 443 : 80;
        String path = address.getRawPath() == null || address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        String target = address.getRawQuery() == null ? path : path + "?" + address.getRawQuery();
        return new LoadPlan.Server(
                secure, anyCertificate, address.getHost(), List.of(port), target.replace("%7B", "{").replace("%7D", "}"), headers);
    }

    private List<Window.Member> members() {
        return pids.stream()
                .map(pid -> ProcessHandle.of(pid).orElseThrow(() -> wrong("--pid: there is no process " + pid)))
                .map(Window.Member::new)
                .toList();
    }

    private ParameterException wrong(String what) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), what);
    }
}
