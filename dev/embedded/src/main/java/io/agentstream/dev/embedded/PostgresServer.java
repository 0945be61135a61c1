package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PostgreSQL's own programs on one data directory: make it, start the server on it, stop the server.
///
/// To be used by one thread at a time, by the holder of the directory's lock.
final class PostgresServer {

    static final String SUPERUSER = "postgres";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
    private static final Duration INIT_LIMIT = Duration.ofMinutes(2);
    private static final int START_LIMIT_SECONDS = 60;
    private static final Duration FAST_STOP_LIMIT = Duration.ofSeconds(15);
    private static final Duration IMMEDIATE_STOP_LIMIT = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int MAX_LOG_BYTES = 1_048_576;
    private static final int LOG_TAIL_LINES = 5;

    private final Path binaries;
    private final Path data;
    private final ServerAccount account;

    private PostgresServer(Path binaries, Path data, ServerAccount account) {
        this.binaries = binaries;
        this.data = data;
        this.account = account;
    }

    /// The server of the database in `directory`, which is initialised where it is not there yet.
    static PostgresServer in(Path directory, Path binaries, String superuserPassword) throws IOException {
        Path data = directory.resolve("data");
        Path partial = directory.resolve("data.partial");
        if (Files.isDirectory(data)) {
            return new PostgresServer(binaries, data, ServerAccount.of(binaries.resolve("bin/postgres"), data));
        }
        DirectoryTree.delete(partial);
        Files.createDirectory(
                partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerAccount account = ServerAccount.of(binaries.resolve("bin/postgres"), partial);
        initialise(directory, binaries, partial, account, superuserPassword);
        Files.move(partial, data, StandardCopyOption.ATOMIC_MOVE);
        return new PostgresServer(binaries, data, account);
    }

    private static void initialise(
            Path directory, Path binaries, Path data, ServerAccount account, String superuserPassword)
            throws IOException {
        Path password = directory.resolve("superuser.password");
        Files.deleteIfExists(password);
        PostgresCredentials.createPrivate(password);
        try {
            Files.writeString(password, superuserPassword);
            account.giveTo(password);
            Command.Result made = Command.run(INIT_LIMIT, account.prefix(), List.of(
                    binaries.resolve("bin/initdb").toString(),
                    "--pgdata=" + data,
                    "--username=" + SUPERUSER,
                    "--pwfile=" + password,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-instructions"));
            if (!made.succeeded()) {
                throw new StartFailedException("PostgreSQL could not make its data directory: " + made.output());
            }
        } finally {
            Files.deleteIfExists(password);
        }
    }

    /// Whether it serves on 127.0.0.1:`port` now; if not, why, and then nothing of it runs.
    Optional<String> start(int port) throws IOException {
        Path log = data.resolve("server.log");
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.delete(log);
        }
        Path configuration = data.resolve("postgresql.conf");
        Files.writeString(configuration, PostgresSettings.of(port));
        try {
            Command.Result started = pgCtl(Duration.ofSeconds(START_LIMIT_SECONDS).plus(GRACE),
                    "start", "-w", "-t", Integer.toString(START_LIMIT_SECONDS), "-l", log.toString());
            if (started.succeeded()) {
                return Optional.empty();
            }
        } catch (IOException late) {
            try {
                stop();
            } catch (IOException again) {
                late.addSuppressed(again);
            }
            throw late;
        }
        String why = tail(log);
        stop(); // one that only takes its time would come up behind the back of whoever was told that it did not
        return Optional.of(why);
    }

    /// Stops what runs on the data directory: quickly and in order, and where that takes too long, at once.
    void stop() throws IOException {
        if (!new Postmaster(data).stop(FAST_STOP_LIMIT, IMMEDIATE_STOP_LIMIT)) {
            LOG.warn("PostgreSQL did not stop within {} s", FAST_STOP_LIMIT.plus(IMMEDIATE_STOP_LIMIT).toSeconds());
        }
    }

    /// Clears what a killed process left in `directory`: a server that still runs is stopped, a lock file that names a foreign
    /// process is removed (PostgreSQL itself only sees that *some* process has that number).
    ///
    /// @throws StartFailedException where a server may still be running afterwards
    static void clearLeftover(Path directory) throws IOException {
        Postmaster left = new Postmaster(directory.resolve("data"));
        switch (left.kind(directory.resolve("binaries"))) {
            case GONE -> {
                if (left.pid().isEmpty()) {
                    Files.deleteIfExists(left.file()); // empty: the disk was full
                }
            }
            case SOMETHING_ELSE -> Files.deleteIfExists(left.file());
            case SERVER -> {
                LOG.info("PostgreSQL was left running by a process that was killed: stopping it first.");
                if (!left.stop(FAST_STOP_LIMIT, IMMEDIATE_STOP_LIMIT)) {
                    throw new StartFailedException("A PostgreSQL that was left running in " + directory
                            + " does not stop: end process " + left.pid().orElse(-1) + " and try again.");
                }
            }
            case UNKNOWN -> throw new StartFailedException("Process " + left.pid().orElse(-1)
                    + " of another user may be a PostgreSQL that runs in " + directory
                    + ". If it is, stop it; if it is not, remove " + left.file() + ".");
        }
    }

    /// The process that serves, where one does; else -1.
    long pid() {
        try {
            return new Postmaster(data).pid().orElse(-1);
        } catch (IOException none) {
            return -1;
        }
    }

    private Command.Result pgCtl(Duration limit, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(binaries.resolve("bin/pg_ctl").toString(), "-D", data.toString(), "-s"));
        command.addAll(List.of(arguments));
        return Command.run(limit, account.prefix(), command);
    }

    private static String tail(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "it wrote no log";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }
}
