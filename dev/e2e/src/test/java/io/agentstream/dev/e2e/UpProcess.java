package io.agentstream.dev.e2e;

import io.agentstream.cli.Main;
import io.agentstream.dev.embedded.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `./agent-stream up` as a process of its own, with what it says on the terminal.
final class UpProcess implements AutoCloseable {

    private static final long LIMIT_MS = 90_000;
    private static final long POLL_MS = 50;
    private static final long BUILT_WITHIN_MIN = 8;
    private static final String LAUNCHER = Path.of("..", "..", "agent-stream").toString();

    private final Process process;
    private final Path said;

    private UpProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /// Starts it; what it says is written to a file in `terminal`.
    static UpProcess begin(Path terminal, Map<String, String> environment, String... arguments) throws IOException {
        return begin(Stream.concat(ChildJvm.SHORT_LIVED.stream(), Stream.of("-Xmx512m")).toList(), terminal, environment, arguments);
    }

    /// By the launcher, with `more` flags of the JVM: where times are measured. What it builds where sources are newer than the build, which takes
    /// minutes, it builds before.
    static UpProcess beginAsLaunched(List<String> more, Path terminal, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Process built = new ProcessBuilder(LAUNCHER, "--version")
                .redirectErrorStream(true)
                .redirectOutput(terminal.resolve("built").toFile())
                .start();
        if (!built.waitFor(BUILT_WITHIN_MIN, TimeUnit.MINUTES) || built.exitValue() != 0) {
            built.destroyForcibly();
            throw new AssertionError("it was not built: " + Files.readString(terminal.resolve("built")));
        }
        Map<String, String> all = new HashMap<>(environment);
        all.put("AGENT_STREAM_JAVA_OPTS", String.join(" ", more));
        return start(List.of(LAUNCHER), terminal, all, arguments);
    }

    private static UpProcess begin(List<String> flags, Path terminal, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        return start(command, terminal, environment, arguments);
    }

    private static UpProcess start(List<String> program, Path terminal, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.add("up");
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile(terminal, "said", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(SharedSystem.coldEnvironment());
        builder.environment().putAll(environment);
        return new UpProcess(builder.start(), said);
    }

    /// Whoever waited in vain has no process to close: it is ended then.
    UpProcess awaitReady() throws IOException, InterruptedException {
        try {
            awaitWord();
            return this;
        } catch (IOException | InterruptedException | AssertionError inVain) {
            process.destroyForcibly();
            process.onExit().join(); // also where this thread is to stop: its directory is free then
            throw inVain;
        }
    }

    private void awaitWord() throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT_MS * 1_000_000;
        while (!said().contains("\nready\n")) {
            boolean ended = process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > deadlineNs) {
                throw new AssertionError("it did not become ready" + (ended ? "" : " in time") + "; it said: " + said());
            }
        }
    }

    /// The processors' time that it has had, all its threads together; the database's processes are others.
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    String said() throws IOException {
        return Files.readString(said);
    }

    int exitCode() throws IOException, InterruptedException {
        if (!process.waitFor(LIMIT_MS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("it did not end; it said: " + said());
        }
        return process.exitValue();
    }

    /// SIGKILL: the database that it started lives on.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// SIGTERM, and its exit code.
    int stop() throws IOException, InterruptedException {
        process.destroy();
        return exitCode();
    }

    /// Returns when it is gone: who cleans up afterwards finds its directory free.
    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
