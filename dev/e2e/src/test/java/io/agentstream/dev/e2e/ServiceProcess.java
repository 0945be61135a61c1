package io.agentstream.dev.e2e;

import io.agentstream.dev.embedded.ChildJvm;
import io.agentstream.gateway.GatewayService;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.worker.WorkerService;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// A service in a JVM of its own, to be frozen and killed; it does not outlive this one. One thread.
final class ServiceProcess implements AutoCloseable {

    enum Kind {
        GATEWAY,
        ORCHESTRATOR,
        WORKER
    }

    private final ChildJvm jvm;
    private final Ports ports;

    private record Ports(int port, int admin) {}

    private ServiceProcess(ChildJvm jvm) {
        this.jvm = jvm;
        String[] said = jvm.await("ready ").split(" ", -1);
        this.ports = new Ports(Integer.parseInt(said[0]), Integer.parseInt(said[1]));
    }

    /// Returns when the service says that it is ready.
    static ServiceProcess start(Kind kind, Map<String, String> environment) throws IOException {
        return new ServiceProcess(ChildJvm.run(ServiceProcess.class, environment, kind.name()));
    }

    public static void main(String[] arguments) throws Exception {
        Config config = Config.load(System.getenv(), Map.of(), List.of());
        StopBarrier barrier = new StopBarrier();
        Ports ports = switch (Kind.valueOf(arguments[0])) {
            case GATEWAY -> {
                GatewayService gateway = atSigterm(GatewayService.launch(config, barrier));
                yield new Ports(gateway.port(), gateway.adminPort());
            }
            case ORCHESTRATOR -> {
                OrchestratorService orchestrator = atSigterm(OrchestratorService.launch(config, barrier));
                yield new Ports(orchestrator.port(), orchestrator.adminPort());
            }
            case WORKER -> {
                WorkerService worker = atSigterm(WorkerService.launch(config, barrier));
                yield new Ports(worker.port(), worker.port());
            }
        };
        Api.awaitReady("http://127.0.0.1:" + ports.admin());
        System.out.println("ready " + ports.port() + " " + ports.admin());
        while (System.in.read() >= 0) {
            // nobody writes: the end is that of whoever started this
        }
        Runtime.getRuntime().halt(0);
    }

    private static <S extends AutoCloseable> S atSigterm(S service) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            try {
                service.close();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }));
        return service;
    }

    int port() {
        return ports.port();
    }

    /// Leaves in good order, as at the end of an upgrade.
    void leave() throws InterruptedException {
        jvm.terminate();
    }

    /// Where health, readiness and metrics are.
    String adminUrl() {
        return "http://127.0.0.1:" + ports.admin();
    }

    void freeze() throws IOException, InterruptedException {
        jvm.freeze();
    }

    void thaw() throws IOException, InterruptedException {
        jvm.thaw();
    }

    void kill() throws InterruptedException {
        jvm.kill();
    }

    @Override
    public void close() {
        jvm.close();
    }
}
