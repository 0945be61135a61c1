package io.agentstream.dev.e2e;

import io.agentstream.cli.Main;
import io.agentstream.dev.embedded.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `./agent-stream up` as a process of its own, with what it says on the terminal.
final class UpProcess implements AutoCloseable {

    private static final long LIMIT_MS = 90_000;
    private static final long POLL_MS = 50;

    private final Process process;
    private final Path said;

    private UpProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /// Starts it; what it says is written to a file in `terminal`.
    static UpProcess begin(Path terminal, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ChildJvm.SHORT_LIVED);
        command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path"), Main.class.getName(), "up"));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile(terminal, "said", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(SharedSystem.coldEnvironment());
        builder.environment().putAll(environment);
        return new UpProcess(builder.start(), said);
    }

    UpProcess awaitReady() throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT_MS * 1_000_000;
        while (!said().contains("\nready\n")) {
            boolean ended = process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > deadlineNs) {
                throw new AssertionError("it did not become ready; it said: " + said());
            }
        }
        return this;
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
