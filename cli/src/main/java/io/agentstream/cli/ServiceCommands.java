package io.agentstream.cli;

import io.agentstream.gateway.GatewayService;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.worker.WorkerService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// One service, configured by the environment, as it runs in production.
final class ServiceCommands {

    private ServiceCommands() {}

    @Command(
            name = "gateway",
            description = "Runs the ingress-gateway: accepts the providers' media sockets and puts the calls on Kafka.",
            mixinStandardHelpOptions = true)
    static final class Gateway extends Service {
        Gateway(Map<String, String> environment) {
            super("ingress-gateway", environment, List.of(Keys.KAFKA_BOOTSTRAP_SERVERS), GatewayService::launch);
        }
    }

    @Command(
            name = "orchestrator",
            description = "Runs the run-orchestrator: admits calls, keeps the runs in PostgreSQL, serves the REST API.",
            mixinStandardHelpOptions = true)
    static final class Orchestrator extends Service {
        Orchestrator(Map<String, String> environment) {
            super(
                    "run-orchestrator",
                    environment,
                    OrchestratorService.REQUIRED,
                    OrchestratorService::launch);
        }
    }

    @Command(
            name = "worker",
            description = "Runs the agent-worker: holds the conversations.",
            mixinStandardHelpOptions = true)
    static final class Worker extends Service {
        Worker(Map<String, String> environment) {
            super("agent-worker", environment, List.of(Keys.KAFKA_BOOTSTRAP_SERVERS), WorkerService::launch);
        }
    }

    /// What the three share.
    abstract static class Service implements Callable<Integer> {

        private final String name;
        private final Map<String, String> environment;
        private final List<Key<?>> required;
        private final ServiceMain.Launcher launcher;

        Service(String name, Map<String, String> environment, List<Key<?>> required, ServiceMain.Launcher launcher) {
            this.name = name;
            this.environment = environment;
            this.required = required;
            this.launcher = launcher;
        }

        @Override
        public Integer call() throws InterruptedException {
            return ServiceMain.run(name, environment, required, launcher);
        }
    }
}
