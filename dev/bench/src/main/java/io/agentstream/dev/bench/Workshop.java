package io.agentstream.dev.bench;

import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.runtime.Closer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Owns the directory of a run and the processes that are started for it; closing ends them in the reverse order. One thread.
final class Workshop implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Path directory;
    private final boolean keep;
    private final Closer closer = new Closer();

    /// @param keep whether data and logs stay when it is closed
    private Workshop(Path directory, boolean keep) {
        this.directory = directory;
        this.keep = keep;
    }

    static Workshop temporary() throws IOException {
        return new Workshop(Files.createTempDirectory("agent-stream-bench-"), false);
    }

    static Workshop in(Path directory) throws IOException {
        return new Workshop(Files.createDirectories(directory), true);
    }

    Path directory(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /// Starts a part in a process of its own, to be closed with this.
    ChildProcess.Opened start(String part, List<String> jvmFlags, Object settings) throws IOException, InterruptedException {
        ChildProcess.Opened opened = startForNow(part, jvmFlags, settings);
        closer.own(part, opened.process());
        return opened;
    }

    /// Starts a part that its user closes.
    ChildProcess.Opened startForNow(String part, List<String> jvmFlags, Object settings)
            throws IOException, InterruptedException {
        return start(part, ChildProcess.Turn.EQUAL, jvmFlags, settings);
    }

    /// Starts a part that sends on the clock, and that its user closes.
    ChildProcess.Opened startAheadForNow(String part, List<String> jvmFlags, Object settings)
            throws IOException, InterruptedException {
        return start(part, ChildProcess.Turn.FIRST, jvmFlags, settings);
    }

    private ChildProcess.Opened start(String part, ChildProcess.Turn turn, List<String> jvmFlags, Object settings)
            throws IOException, InterruptedException {
        return ChildProcess.start(
                part, BenchPart.class, turn, jvmFlags, directory("logs").resolve(part + ".log"), settings, START_LIMIT);
    }

    @Override
    public void close() throws IOException {
        closer.close();
        if (!keep) {
            DirectoryTree.delete(directory);
        }
    }
}
