package io.agentstream.dev.local.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One run of the launcher, as a process of its own.
final class Launch implements AutoCloseable {

    private static final long LIMIT_MS = 20_000;
    private static final long POLL_MS = 10;

    private final Process process;
    private final Path said;

    private Launch(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    static Launch of(Map<String, String> environment, Path from, Path said, String launcher, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(from.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Launch(builder.start(), said);
    }

    /// Both streams so far.
    String said() {
        try {
            return Files.readString(said);
        } catch (IOException gone) {
            throw new IllegalStateException(gone);
        }
    }

    Launch awaitSaid(String what) throws InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT_MS * 1_000_000;
        while (!said().contains(what)) {
            boolean ended = process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
            if (!said().contains(what) && (ended || System.nanoTime() > deadlineNs)) {
                throw new AssertionError("it did not say " + what + " but " + said());
            }
        }
        return this;
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(LIMIT_MS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("it did not end; it said: " + said());
        }
        return process.exitValue();
    }

    /// At once, without a chance to tidy up; what it started lives on.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
