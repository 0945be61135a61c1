package io.agentstream.dev.local;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.Pcm;
import io.agentstream.audio.Wav;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.audio.voice.Voice;
import io.agentstream.cli.Arguments;
import io.agentstream.cli.Terminal;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.runtime.Durations;
import io.agentstream.runtime.Sentences;
import io.agentstream.runtime.ServiceMain;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "call",
        description = "Places simulated provider calls and prints what happened. Exit code 0 only if every call went as a call"
                + " should.",
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {

    private static final int MAX_CALLS = 1_000;
    private static final int MAX_SECONDS = 3_600;
    private static final int ECHO_SECONDS = 5;
    private static final int TALK_SECONDS = 60;
    private static final int SCENARIO_SECONDS = 14;
    private static final Duration MOST_KILL_AT = Duration.ofMinutes(10);
    private static final List<String> SCENARIOS = List.of("one-way", "barge-in");
    private static final String ASSISTANT_WORDS = "What is the moon made of?";
    private static final String SCENARIO_WORDS = "Hello, can you hear me? I would like to speak to somebody, please.";

    @Option(names = "--data", paramLabel = "DIR", defaultValue = ".agent-stream",
            description = "Data directory of the running system (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of(".agent-stream");

    @Option(names = "--agent", paramLabel = "UUID", description = "The agent to call (default: the demo agent).")
    private @Nullable UUID agent;

    @Option(names = "--assistant",
            description = "Calls the agent that hears, thinks and speaks by OpenAI: there is one where `up` was started with"
                    + " AGENT_STREAM_SERVICE_KEYS=openai=KEY. With --say or --wav, else with a question about the moon.")
    private boolean assistant;

    @Option(names = "--say", paramLabel = "TEXT", description = "What the caller says, once the agent has spoken.")
    private @Nullable String say;

    @Option(names = "--wav", paramLabel = "FILE", description = "WAV file that the caller plays, once the agent has spoken.")
    private @Nullable Path wav;

    @Option(names = "--dtmf", paramLabel = "KEYS", split = ",",
            description = "Keys to press, each after the agent has spoken: 1,2,#.")
    private @Nullable List<String> dtmf;

    @Option(names = "--scenario", paramLabel = "S",
            description = "A call worth looking at with `replay`: one-way (the agent hears nobody), barge-in (the caller interrupts).")
    private @Nullable String scenario;

    @Option(names = "--seconds", paramLabel = "N",
            description = "The caller hangs up after N seconds (default: 5 for the echo agent, else 60).")
    private @Nullable Integer seconds;

    @Option(names = "--save", paramLabel = "FILE", description = "Save what the caller heard as WAV; the first call's, of several.")
    private @Nullable Path save;

    @Option(names = "--count", paramLabel = "N", defaultValue = "1", description = "Calls to place (default: ${DEFAULT-VALUE}).")
    private int count = 1;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "5",
            description = "New calls a second (default: ${DEFAULT-VALUE}).")
    private double rate = 5;

    @Option(names = "--kill-worker-at", paramLabel = "TIME",
            description = "Starts a second worker beside the running system's, gives it the call, and kills it (SIGKILL) TIME into the call,"
                    + " as 5s: the other goes on, and the gap is printed.")
    private @Nullable String killWorkerAt;

    @Option(names = "--url", paramLabel = "URL",
            description = "A complete stream URL, ws:// or wss://, instead of the running system's.")
    private @Nullable URI url;

    @Spec
    private @Nullable CommandSpec spec;

    private final Terminal terminal;

    CallCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        check();
        byte[] speech = speech();
        Optional<DemoFile> demo = DemoFile.read(data);
        if (demo.isEmpty() && url == null) {
            terminal.err().println("No system has run in " + data.toAbsolutePath().normalize()
                    + ". Start one with ./agent-stream up, or name one with --url.");
            return ServiceMain.EXIT_FAULT;
        }
        if (assistant) {
            String uuid = demo.map(DemoFile::assistantAgentUuid).orElse(null);
            if (uuid == null) {
                terminal.err().println("This system has no assistant. Start it with AGENT_STREAM_SERVICE_KEYS=openai=KEY ./agent-stream up" + ofData());
                return ServiceMain.EXIT_FAULT;
            }
            agent = UUID.fromString(uuid);
        }
        CallScript script = script(demo.orElse(null), speech);
        Instant since = Instant.now();
        Duration killAt = killAt();
        if (killAt != null && demo.isPresent()) {
            return callThatIsKilled(script, demo.get(), runs(demo, since).orElseThrow(), killAt);
        }
        List<CallOutcome> outcomes = place(script);
        CallReport report = new CallReport(terminal.out(), runs(demo, since));
        boolean good = true;
        for (CallOutcome outcome : outcomes) {
            good &= report.print(outcome, script.probe(), outcomes.size() == 1);
        }
        if (outcomes.size() > 1) {
            report.printSummary(outcomes);
        }
        saveReply(outcomes.getFirst(), terminal.out());
        if (outcomes.stream().allMatch(outcome -> outcome.connectMs() < 0)) {
            terminal.err().println("Nothing came about at " + where(script.url()) + "." + (url == null
                    ? " Does the system still run? Start it with ./agent-stream up" + ofData() + "."
                    : ""));
        }
        return good ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
    }

    /// Exit code 0 only if another worker went on with the call, and it went as a call should.
    private int callThatIsKilled(CallScript script, DemoFile demo, RunLookup runs, Duration at) throws IOException, InterruptedException {
        CallProgress told = new CallProgress(terminal.err(), 1, script.maxMs());
        told.begin(where(script.url()));
        KilledCall.Ended ended = new KilledCall(at, terminal.err()).place(script, told, data, demo, terminal.environment());
        CallReport report = new CallReport(terminal.out(), Optional.of(runs));
        boolean good = report.print(ended.outcome(), script.probe(), true);
        boolean wentOn = report.printTakeOver(ended);
        saveReply(ended.outcome(), terminal.out());
        return good && wentOn ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
    }

    private @Nullable Duration killAt() {
        if (killWorkerAt == null) {
            return null;
        }
        try {
            Duration at = Durations.parse(killWorkerAt);
            if (at.isPositive() && at.compareTo(MOST_KILL_AT) <= 0) {
                return at;
            }
        } catch (IllegalArgumentException malformed) {
            // as a time that is out of bounds
        }
        throw wrong("--kill-worker-at takes a time such as 5s, up to " + MOST_KILL_AT.toMinutes() + "m");
    }

    private void check() {
        if (killAt() != null && (url != null || count > 1)) {
            throw wrong("--kill-worker-at is for one call on the running system: leave --url and --count out");
        }
        if (count < 1 || count > MAX_CALLS) {
            throw wrong("--count is between 1 and " + MAX_CALLS);
        }
        if (!(rate > 0 && rate <= 1_000)) {
            throw wrong("--rate is more than 0 and at most 1000 calls a second");
        }
        if (seconds != null && (seconds < 1 || seconds > MAX_SECONDS)) {
            throw wrong("--seconds is between 1 and " + MAX_SECONDS);
        }
        if (say != null && say.isBlank()) {
            throw wrong("--say takes words, and there are none");
        }
        if (say != null && wav != null) {
            throw wrong("--say and --wav exclude each other");
        }
        if (assistant && (url != null || agent != null)) {
            throw wrong("--assistant names the agent already; leave --agent and --url out");
        }
        if (url != null && agent != null) {
            throw wrong("--url names the agent already; leave --agent out");
        }
        if (url != null && !isSocket(url)) {
            throw wrong("--url is ws://HOST:PORT/PATH or wss://HOST:PORT/PATH");
        }
        if (save != null && (Files.isDirectory(save) || !Files.isDirectory(folder(save)))) {
            throw wrong("--save takes a file to write, in a directory that is there, and not " + save);
        }
        if (scenario != null && !SCENARIOS.contains(scenario)) {
            throw wrong("--scenario is one of " + String.join(", ", SCENARIOS));
        }
        if (dtmf != null && !dtmf.stream().allMatch(key -> key.matches("[0-9*#A-Da-d]"))) {
            throw wrong("--dtmf takes keys 0-9 * # A-D with commas between them");
        }
    }

    private static boolean isSocket(URI url) {
        return url.getScheme() != null && url.getScheme().matches("wss?") && url.getHost() != null && url.getPort() <= 65_535;
    }

    /// Without the path, which holds the agent's secret.
    private static String where(URI url) {
        return url.getScheme() + "://" + url.getAuthority();
    }

    private String ofData() {
        return data.equals(Path.of(".agent-stream")) ? "" : " --data " + data;
    }

    private static Path folder(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private ParameterException wrong(String what) {
        return Arguments.wrong(spec, what);
    }

    private CallScript script(@Nullable DemoFile demo, byte @Nullable [] speech) {
        boolean echo = url == null && demo != null && agent != null && agent.toString().equals(demo.echoAgentUuid());
        List<String> keys = dtmf == null ? List.of() : dtmf;
        // The demo agent offers keys. A caller who was told nothing presses two of them, and hears all that it can do.
        boolean nothingToDo = speech == null && keys.isEmpty() && url == null && agent == null;
        int length = seconds != null ? seconds : echo ? ECHO_SECONDS : scenario != null ? SCENARIO_SECONDS : TALK_SECONDS;
        return new CallScript(
                url != null ? url : streamUrl(demo),
                demo == null ? "demo.cloudonix.net" : demo.domain(),
                speech,
                nothingToDo ? List.of("1", "3") : keys,
                length * 1_000L,
                echo && speech == null,
                scenario == null ? CallScript.Scenario.USUAL : CallScript.Scenario.of(scenario));
    }

    private URI streamUrl(@Nullable DemoFile demo) {
        if (demo == null) {
            throw new IllegalStateException("no system");
        }
        return URI.create(
                agent == null ? demo.streamUrl() : demo.streamUrl().replace(demo.agentUuid(), agent.toString()));
    }

    private byte @Nullable [] speech() throws IOException {
        if (wav != null) {
            try {
                return Wav.read(wav).toMuLaw();
            } catch (IOException unusable) {
                throw wrong("--wav " + wav + " cannot be played: " + Sentences.of(unusable));
            }
        }
        String words = say != null ? say : scenario != null ? SCENARIO_WORDS : assistant ? ASSISTANT_WORDS : null;
        if (words == null) {
            return null;
        }
        Voice voice = new FreeTtsVoice();
        return voice.speak(words);
    }

    private List<CallOutcome> place(CallScript script) throws InterruptedException {
        List<SimulatedProvider.Placed> placed = new ArrayList<>();
        List<CallOutcome> outcomes = new ArrayList<>();
        try (SimulatedProvider provider = new SimulatedProvider()) {
            CallProgress progress = new CallProgress(terminal.err(), count, script.maxMs());
            progress.begin(where(script.url()));
            long startNs = System.nanoTime();
            CountDownLatch never = new CountDownLatch(1);
            for (int i = 0; i < count; i++) {
                long waitNs = startNs + (long) (i / rate * 1e9) - System.nanoTime();
                if (waitNs > 0 && never.await(waitNs, TimeUnit.NANOSECONDS)) {
                    throw new AssertionError();
                }
                CallPlan plan = script.plan();
                placed.add(provider.begin(plan, progress));
            }
            for (SimulatedProvider.Placed call : placed) {
                outcomes.add(call.outcome().join());
            }
        }
        return outcomes;
    }

    private Optional<RunLookup> runs(Optional<DemoFile> demo, Instant since) {
        return url == null ? demo.map(d -> new RunLookup(d, agent == null ? d.agentUuid() : agent.toString(), since)) : Optional.empty();
    }

    private void saveReply(CallOutcome outcome, PrintStream out) throws IOException {
        if (save != null) {
            Wav.writePcm16(save, Pcm.ofMuLaw(outcome.heard().mulaw()));
            out.printf(Locale.ROOT, "saved %.1f s of what the caller heard to %s%n",
                    outcome.heard().lengthBytes() / (double) MuLaw.SAMPLE_RATE_HZ, save);
        }
    }
}
