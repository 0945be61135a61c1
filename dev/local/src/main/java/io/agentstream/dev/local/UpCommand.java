package io.agentstream.dev.local;

import io.agentstream.cli.Arguments;
import io.agentstream.cli.Terminal;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Logs;
import io.agentstream.runtime.Sentences;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.runtime.StopBarrier;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description = "Starts everything on this machine: Kafka, PostgreSQL, a sandbox of the provider, gateway, orchestrator,"
                + " worker and a demo agent. Needs no keys, no Docker and no network.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    private static final int CLOSE_LIMIT_SECONDS = 45;

    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".agent-stream",
            description = "Where the data is kept across restarts (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of(".agent-stream");

    @Option(names = "--fresh", description = "Start over: remove the data that is there.")
    private boolean fresh;

    UpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        PrintStream out = terminal.out();
        long startNs = System.nanoTime();
        Path directory = directory();
        Config.unknownVariables(terminal.environment())
                .forEach(unknown -> terminal.err().println("agent-stream: nothing is configured by " + unknown + "; is it misspelt?"));
        Logs.toFile(directory.resolve("agent-stream.log"));
        StopBarrier barrier = new StopBarrier().onSignals();
        int code = ServiceMain.EXIT_FAULT;
        try (LocalSystem system = LocalSystem.start(directory, fresh, terminal.environment(), barrier,
                step -> out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(startNs), step))) {
            show(out, directory, system.demo());
            out.printf(Locale.ROOT, "%nup after %.1f s; Ctrl-C stops it%nready%n", seconds(startNs));
            out.flush();
            Optional<Throwable> fault = barrier.await();
            code = fault.isEmpty() ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
            if (fault.isPresent()) {
                say(fault.get(), directory);
                endInAnyCase();
            }
            out.println("stopping");
        } catch (Exception failure) {
            if (barrier.fault().isPresent()) {
                say(barrier.fault().get(), directory); // the start failed because of it
            } else if (!(failure instanceof ConfigException) && DiskSpace.isFull(directory)) {
                throw new IOException(DiskSpace.advice(directory), failure);
            } else {
                throw failure;
            }
        } finally {
            barrier.closed(code);
        }
        return code;
    }

    /// The data directory, made where it is missing: others may pass through it (to the database, which root starts as somebody
    /// else), but not look around.
    private Path directory() throws IOException {
        Path directory = data.toAbsolutePath().normalize();
        try {
            if (!Files.exists(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            }
        } catch (IOException failure) {
            throw Arguments.wrong(spec, "--data " + data + " cannot be made: " + Sentences.of(failure));
        }
        if (!Files.isDirectory(directory)) {
            throw Arguments.wrong(spec, "--data takes a directory, and " + data + " is something else");
        }
        return directory;
    }

    private void say(Throwable fault, Path directory) throws IOException {
        terminal.err().println("agent-stream: a part of the system broke, so all of it stops: " + Sentences.of(fault) + ".");
        terminal.err().println(DiskSpace.isFull(directory)
                ? "The reason may be that " + DiskSpace.advice(directory)
                : "Its log is " + directory.resolve("agent-stream.log") + "; start it again with the same command.");
    }

    /// What is broken may not close: then it is left behind, and the next start clears it away.
    private void endInAnyCase() {
        Thread.ofPlatform().daemon().name("end-in-any-case").start(() -> {
            try {
                if (!new CountDownLatch(1).await(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    terminal.err().println("agent-stream: it did not close within " + CLOSE_LIMIT_SECONDS + " s and is ended.");
                    Runtime.getRuntime().halt(ServiceMain.EXIT_FAULT);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static double seconds(long startNs) {
        return (System.nanoTime() - startNs) / 1e9;
    }

    /// The URLs without their secrets: those are in `demo.json`.
    private static void show(PrintStream out, Path directory, DemoFile demo) {
        out.println();
        out.println("gateway       " + demo.gatewayUrl());
        out.println("API           " + demo.apiUrl() + "  (described at /openapi.yaml)");
        out.println("worker        " + demo.workerUrl());
        out.println("health        /readyz and /metrics on " + demo.gatewayAdminUrl() + ", " + demo.apiAdminUrl() + " and the worker");
        out.println("provider      " + demo.cloudonixUrl());
        out.println("Kafka         " + demo.kafkaBootstrapServers());
        out.println("PostgreSQL    " + demo.jdbcUrl());
        out.println("log           " + directory.resolve("agent-stream.log"));
        out.println("key, agents   " + directory.resolve("demo.json"));
        out.println();
        out.println("Now, in another terminal:  ./agent-stream call --save reply.wav");
    }
}
