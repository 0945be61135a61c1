package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The process that `postmaster.pid` in a data directory names, whoever started it: what it is, and how it is stopped.
///
/// It is stopped by signals, not by `pg_ctl`: that one asks for a user who may signal the server and for programs that may
/// have been deleted beneath it. To be used by the holder of the directory's lock.
record Postmaster(Path data) {

    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(5);
    private static final long POLL_MS = 20;

    /// What the file is about.
    enum Kind {
        /// No process of that number, or none that still does anything. PostgreSQL clears such a file itself, and looks whether
        /// children of the dead one are still at work.
        GONE,
        /// A server that serves this directory.
        SERVER,
        /// A process that has nothing to do with it and got the number by chance.
        SOMETHING_ELSE,
        /// One that this user may not look at.
        UNKNOWN
    }

    Path file() {
        return data.resolve("postmaster.pid");
    }

    /// The number in the file; nothing where there is no file, or no number in it.
    OptionalLong pid() throws IOException {
        try {
            List<String> lines = Files.readAllLines(file());
            return lines.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lines.getFirst().strip()));
        } catch (NoSuchFileException | NumberFormatException none) {
            return OptionalLong.empty();
        }
    }

    /// What is behind the file, where `binaries` are the directory's own programs.
    Kind kind(Path binaries) throws IOException {
        OptionalLong pid = pid();
        Optional<ProcessHandle> process =
                pid.isPresent() && pid.getAsLong() > 0 ? ProcessHandle.of(pid.getAsLong()) : Optional.empty();
        if (process.isEmpty()) {
            return Kind.GONE;
        }
        Optional<Path> program = process.get().info().command().map(Path::of);
        if (program.isPresent() && !program.get().getFileName().toString().startsWith("postgres")) {
            return Kind.SOMETHING_ELSE;
        }
        return Files.isDirectory(Path.of("/proc/self"))
                ? byWorkingDirectory(pid.getAsLong())
                : program.map(path -> path.startsWith(binaries) ? Kind.SERVER : Kind.SOMETHING_ELSE).orElse(Kind.UNKNOWN);
    }

    /// A server works in its data directory: that holds through links, renames and deleted programs.
    private Kind byWorkingDirectory(long pid) throws IOException {
        try {
            return Files.isSameFile(Path.of("/proc", Long.toString(pid), "cwd"), data) ? Kind.SERVER : Kind.SOMETHING_ELSE;
        } catch (NoSuchFileException dead) {
            return Kind.GONE;
        } catch (AccessDeniedException foreign) {
            return Kind.UNKNOWN;
        }
    }

    /// Stops it in order within `fast`, or else at once within `immediate`. Whether it is gone.
    boolean stop(Duration fast, Duration immediate) throws IOException {
        return signal("INT", fast) || signal("QUIT", immediate);
    }

    private boolean signal(String name, Duration limit) throws IOException {
        OptionalLong pid = pid();
        if (pid.isEmpty()) {
            return true;
        }
        // Java itself knows only TERM, which waits for the clients to leave, and KILL, which leaves children behind.
        Command.run(SIGNAL_LIMIT, List.of(), List.of("sh", "-c", "kill -" + name + " \"$0\"", Long.toString(pid.getAsLong())));
        long deadlineNs = System.nanoTime() + limit.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        try {
            while (Files.exists(file()) && ProcessHandle.of(pid.getAsLong()).isPresent()) {
                if (System.nanoTime() > deadlineNs || never.await(POLL_MS, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL was stopping", interrupted);
        }
    }
}
