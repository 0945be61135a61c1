package io.agentstream.dev.local;

import io.agentstream.cli.Terminal;
import io.agentstream.runtime.Logs;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.runtime.StopBarrier;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = "Starts everything on this machine: Kafka, PostgreSQL, a sandbox of the provider, gateway, orchestrator,"
                + " worker and a demo agent. Needs no keys, no Docker and no network.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".agent-stream",
            description = "Where to keep the data across restarts (default: ${DEFAULT-VALUE}).")
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
        Path directory = data.toAbsolutePath().normalize();
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        }
        Logs.toFile(directory.resolve("agent-stream.log"));
        StopBarrier barrier = new StopBarrier().onSignals();
        int code = ServiceMain.EXIT_FAULT;
        try (LocalSystem system = LocalSystem.start(
                directory, fresh, terminal.environment(), barrier, step -> out.printf("%6.1f s  %s%n", seconds(startNs), step))) {
            show(out, directory, system.demo());
            out.printf("%nup after %.1f s; Ctrl-C stops it%nready%n", seconds(startNs));
            out.flush();
            Optional<Throwable> fault = barrier.await();
            code = fault.isEmpty() ? ServiceMain.EXIT_OK : ServiceMain.EXIT_FAULT;
            fault.ifPresent(f -> terminal.err().println("A part of the system broke (" + f.getMessage() + "); see "
                    + directory.resolve("agent-stream.log")));
            out.println("stopping");
        } finally {
            barrier.closed(code);
        }
        return code;
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
