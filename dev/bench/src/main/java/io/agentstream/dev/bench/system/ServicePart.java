package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.process.Part;
import io.agentstream.gateway.GatewayService;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.Json;
import io.agentstream.worker.WorkerService;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// One service of the system in a process of its own, as its `main` would run it. It ends when the service breaks.
public final class ServicePart implements Part {

    private static final Logger LOG = LoggerFactory.getLogger(ServicePart.class);

    private final AutoCloseable service;
    private final int port;
    private final int adminPort;

    private ServicePart(AutoCloseable service, int port, int adminPort) {
        this.service = service;
        this.port = port;
        this.adminPort = adminPort;
    }

    /// What the service is configured with.
    ///
    /// @param environment configuration variables; secrets are among them
    public record Settings(Map<String, String> environment) {
        @Override
        public String toString() {
            return "Settings of " + environment.size() + " variables";
        }
    }

    private static Config config(JsonNode settings) throws Exception {
        return Config.load(Json.MAPPER.treeToValue(settings, Settings.class).environment(), Map.of(), List.of());
    }

    /// @param settings as [Settings]
    public static ServicePart gateway(JsonNode settings) throws Exception {
        GatewayService gateway = GatewayService.launch(config(settings), endingWithIt());
        return new ServicePart(gateway, gateway.port(), gateway.adminPort());
    }

    /// @param settings as [Settings]
    public static ServicePart orchestrator(JsonNode settings) throws Exception {
        OrchestratorService orchestrator =
                OrchestratorService.launch(config(settings), endingWithIt());
        return new ServicePart(orchestrator, orchestrator.port(), orchestrator.adminPort());
    }

    /// @param settings as [Settings]
    public static ServicePart worker(JsonNode settings) throws Exception {
        WorkerService worker = WorkerService.launch(config(settings), endingWithIt());
        return new ServicePart(worker, worker.port(), worker.port());
    }

    private static StopBarrier endingWithIt() {
        StopBarrier barrier = new StopBarrier();
        Thread.ofPlatform().daemon().name("fault").start(() -> {
            try {
                barrier.await().ifPresent(fault -> LOG.error("the service broke", fault));
                Runtime.getRuntime().halt(1);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        return barrier;
    }

    @Override
    public Object opened() {
        return Map.of("admin_url", "http://127.0.0.1:" + adminPort, "port", port);
    }

    @Override
    public void close() throws Exception {
        service.close();
    }
}
