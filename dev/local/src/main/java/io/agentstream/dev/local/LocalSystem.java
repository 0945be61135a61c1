package io.agentstream.dev.local;

import io.agentstream.dev.embedded.DirectoryLock;
import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.dev.embedded.EmbeddedPostgres;
import io.agentstream.dev.embedded.ReadyWait;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.gateway.GatewayService;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.worker.WorkerService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The whole system in one process: broker, database, sandbox of the provider and the three services, wired as they are in
/// production. Owns all of it and closes it in order: the gateway drains first, the database goes last.
///
/// Kafka, PostgreSQL and the provider are embedded unless the environment names others. One thread starts it, any may close it.
public final class LocalSystem implements AutoCloseable {

    /// What a demand for progress is told: short, for a person who waits.
    @FunctionalInterface
    public interface Progress {
        void step(String what);
    }

    /// How the local system differs from the defaults of single services.
    private static final Map<Key<?>, String> DEFAULTS = Map.of(
            Keys.BIND_ADDRESS, "127.0.0.1",
            Keys.KAFKA_PORT, "0",
            Keys.POSTGRES_PORT, "0",
            Keys.GATEWAY_SLOTS, "4",
            Keys.OUTBOUND_ALLOWED_NETWORKS, "127.0.0.0/8,::1/128",
            Keys.CLOUDONIX_RATE_LIMIT, "1000000",
            Keys.DRAIN_TIMEOUT, "5s");

    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    private final Closer closer;
    private final DemoFile demo;
    private final CloudonixSandbox sandbox;

    private LocalSystem(Closer closer, DemoFile demo, CloudonixSandbox sandbox) {
        this.closer = closer;
        this.demo = demo;
        this.sandbox = sandbox;
    }

    /// Starts everything on the data in `directory`, which exists, and returns when all services say that they are ready.
    ///
    /// @param fresh whether to start over, without the data that is there; what else is in the directory is not touched
    /// @param environment configuration variables, as of the process's environment
    /// @param barrier told when a part breaks later on
    /// @throws ConfigException naming every problem of the configuration
    /// @throws Exception where a part does not start; what had been started is closed
    public static LocalSystem start(
            Path directory, boolean fresh, Map<String, String> environment, StopBarrier barrier, Progress progress)
            throws Exception {
        Map<String, String> defaults = new HashMap<>();
        DEFAULTS.forEach((key, value) -> defaults.put(key.variable(), value));
        Config.load(environment, defaults, List.of()); // wrong values are said before anything else
        FreePorts.giveWay(environment, defaults, progress);
        Config config = Config.load(environment, defaults, List.of());
        Closer closer = new Closer();
        try {
            closer.own("directory", DirectoryLock.take(directory, "data"));
            if (fresh) {
                EmbeddedKafka.remove(directory.resolve("kafka"));
                EmbeddedPostgres.remove(directory.resolve("postgres"));
                DirectoryTree.delete(directory.resolve("facts"));
                Files.deleteIfExists(directory.resolve("secrets.json"));
                Files.deleteIfExists(directory.resolve("demo.json"));
            }
            DiskSpace.require(directory);
            return start(directory, environment, defaults, config, closer, barrier, progress);
        } catch (Exception e) {
            closer.close();
            throw e;
        }
    }

    private static LocalSystem start(
            Path directory,
            Map<String, String> environment,
            Map<String, String> defaults,
            Config config,
            Closer closer,
            StopBarrier barrier,
            Progress progress)
            throws Exception {
        LocalSecrets secrets = LocalSecrets.readOrMake(directory);
        defaults.putAll(secrets.defaults());
        defaults.put(Keys.FACTS_DIRECTORY.variable(), directory.resolve("facts").toString());

        progress.step("Kafka and PostgreSQL");
        defaults.putAll(OwnInfrastructure.start(directory, config, closer, barrier));

        CloudonixSandbox sandbox = closer.own("sandbox", CloudonixSandbox.start(
                config.get(Keys.BIND_ADDRESS), config.get(Keys.SANDBOX_PORT),
                Map.of(DemoData.DOMAIN, secrets.bearerToken())));
        if (!environment.containsKey(Keys.CLOUDONIX_API_URL.variable())) {
            defaults.put(Keys.CLOUDONIX_API_URL.variable(), sandbox.url().toString());
        }

        progress.step("topics and demo data");
        Config wired = Config.load(environment, defaults, List.of());
        OwnInfrastructure.provision(wired, config.find(Keys.KAFKA_BOOTSTRAP_SERVERS).isEmpty());
        var agents = DemoData.ensure(wired, secrets);

        progress.step("gateway, orchestrator and worker");
        GatewayService gateway = GatewayService.launch(wired, barrier);
        boolean tls = wired.find(Keys.TLS_KEY).isPresent();
        String gatewayUrl = url(tls ? "https" : "http", wired, gateway.port());
        String socketUrl = url(tls ? "wss" : "ws", wired, gateway.port());
        defaults.put(Keys.PUBLIC_GATEWAY_URL.variable(), socketUrl);
        OrchestratorService orchestrator;
        WorkerService worker;
        try {
            orchestrator = closer.own(
                    "orchestrator", OrchestratorService.launch(
                            Config.load(environment, defaults, List.of()), barrier));
            defaults.put(Keys.ORCHESTRATOR_ADMIN_URL.variable(), url("http", wired, orchestrator.adminPort()));
            worker = closer.own("worker", WorkerService.launch(Config.load(environment, defaults, List.of()), barrier));
        } catch (Exception e) {
            gateway.close();
            throw e;
        }
        closer.own("gateway", gateway); // last in, so that it drains while the others still work

        progress.step("readiness");
        String gatewayAdminUrl = url("http", wired, gateway.adminPort());
        String apiAdminUrl = url("http", wired, orchestrator.adminPort());
        String workerUrl = url("http", wired, worker.port());
        new ReadyWait(List.of(gatewayAdminUrl, apiAdminUrl, workerUrl)).await(READY_LIMIT);

        DemoFile demo = new DemoFile(
                wired.get(Keys.OPERATOR_KEY).reveal(),
                gatewayUrl,
                gatewayAdminUrl,
                url("http", wired, orchestrator.port()),
                apiAdminUrl,
                workerUrl,
                wired.get(Keys.CLOUDONIX_API_URL).toString(),
                wired.get(Keys.KAFKA_BOOTSTRAP_SERVERS),
                wired.get(Keys.DATABASE_URL).toString(),
                wired.get(Keys.DATABASE_USER),
                wired.get(Keys.DATABASE_PASSWORD).reveal(),
                secrets.apiKey(),
                agents.organizationId(),
                agents.talking().toString(),
                agents.echo().toString(),
                DemoData.DOMAIN,
                DemoData.streamUrl(socketUrl, agents.talking()),
                DemoData.streamUrl(socketUrl, agents.echo()),
                agents.assistant() == null ? null : agents.assistant().toString());
        demo.write(directory);
        return new LocalSystem(closer, demo, sandbox);
    }

    private static String url(String scheme, Config config, int port) throws ConfigException {
        return ListenAddress.of(config).url(scheme, port);
    }

    /// What one needs to use it.
    public DemoFile demo() {
        return demo;
    }

    /// The provider's stand-in, to be scripted.
    public CloudonixSandbox sandbox() {
        return sandbox;
    }

    @Override
    public void close() {
        closer.close();
    }
}
