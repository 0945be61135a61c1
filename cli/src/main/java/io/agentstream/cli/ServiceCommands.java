package io.agentstream.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// One service, configured by the environment, as it runs in production. Each has a `Main` of its own, which is all that these
/// call.
final class ServiceCommands {

    private static final String CONFIGURED =
            "Configured by the variables AGENT_STREAM_..., which docs/configuration.md describes; what is missing or wrong is said at once.";

    private ServiceCommands() {}

    @Command(
            name = "gateway",
            description = {
                "Runs the ingress-gateway: accepts the providers' media sockets and puts the calls on Kafka.",
                CONFIGURED
            },
            mixinStandardHelpOptions = true)
    record Gateway(Terminal terminal) implements Callable<Integer> {
        @Override
        public Integer call() throws InterruptedException {
            return io.agentstream.gateway.Main.run(terminal.environment(), terminal.err());
        }
    }

    @Command(
            name = "orchestrator",
            description = {
                "Runs the run-orchestrator: admits calls, keeps the runs in PostgreSQL, serves the REST API.",
                CONFIGURED
            },
            mixinStandardHelpOptions = true)
    record Orchestrator(Terminal terminal) implements Callable<Integer> {
        @Override
        public Integer call() throws InterruptedException {
            return io.agentstream.orchestrator.Main.run(terminal.environment(), terminal.err());
        }
    }

    @Command(
            name = "worker",
            description = {
                "Runs the agent-worker: holds the conversations.",
                CONFIGURED
            },
            mixinStandardHelpOptions = true)
    record Worker(Terminal terminal) implements Callable<Integer> {
        @Override
        public Integer call() throws InterruptedException {
            return io.agentstream.worker.Main.run(terminal.environment(), terminal.err());
        }
    }
}
