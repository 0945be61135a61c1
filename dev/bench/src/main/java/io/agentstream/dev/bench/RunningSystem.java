package io.agentstream.dev.bench;

import io.agentstream.agents.DemoAgents;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.system.Tenant;
import io.agentstream.dev.bench.system.Wiring;
import io.agentstream.dev.embedded.ReadyWait;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.TopicProvisioner;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The system on which something is measured: broker, database, sandbox, gateways, orchestrator and workers, each a process of its own. Closing
/// it ends them in the reverse order. One thread.
final class RunningSystem implements AutoCloseable {

    /// More than are measured: calls that end may still count while the next ones are placed.
    static final int SPARE_CALLS = 1_000;

    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final int MAX_HANDSHAKES = 100_000;

    private final Workshop workshop;
    private final BenchSettings settings;
    private final SecureRandom random = new SecureRandom();
    private final Closer closer = new Closer();
    private final List<Window.Member> members = new ArrayList<>();
    private final List<ChildProcess> gateways = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final Wiring wiring;
    private final KafkaClients clients;
    private final Admin admin;
    private final Tenant tenant;
    private String apiUrl = "";

    /// A worker, and where it can be asked how it is.
    record Worker(ChildProcess process, String adminUrl) {}

    /// With an agent that echoes. Returns when all of it is ready.
    RunningSystem(Workshop workshop, BenchSettings settings) throws IOException, InterruptedException {
        this(workshop, settings, (ObjectNode) DemoAgents.echo());
    }

    /// @param agent the definition of the agent that is called
    RunningSystem(Workshop workshop, BenchSettings settings, ObjectNode agent) throws IOException, InterruptedException {
        this.workshop = workshop;
        this.settings = settings;
        try {
            wiring = wiring();
            String token = infrastructure(wiring);
            Config config = wiring.config();
            clients = new KafkaClients(config);
            admin = closer.own("admin", clients.admin("bench"));
            provision(admin, config);
            tenant = Tenant.make(config, token, settings.mostCalls() + SPARE_CALLS, agent);
            ready(services());
        } catch (IOException | InterruptedException | RuntimeException failure) {
            closer.close();
            throw failure;
        }
    }

    private static void ready(List<String> adminUrls) throws InterruptedException {
        new ReadyWait(adminUrls).await(READY_LIMIT);
    }

    private Wiring wiring() {
        int most = settings.mostCalls() + SPARE_CALLS;
        Wiring wiring = new Wiring(settings.environment());
        if (settings.layout().sealed()) {
            wiring.put(Keys.CALL_KEYS_KEY, CredentialsCipher.generateKey(random).reveal());
        }
        return wiring
                .put(Keys.CREDENTIALS_KEY, CredentialsCipher.generateKey(random).reveal())
                .put(Keys.CALL_PARTITIONS, settings.layout().partitions())
                .put(Keys.MEDIA_LINGER, settings.lingerMs() + "ms")
                .put(Keys.CLOUDONIX_RATE_LIMIT, 1_000_000)
                .put(Keys.MAX_CALLS, most)
                .put(Keys.MAX_CONVERSATIONS, most)
                .put(Keys.MAX_HANDSHAKES_PER_ADDRESS, MAX_HANDSHAKES)
                .put(Keys.MAX_HANDSHAKES_PER_AGENT, MAX_HANDSHAKES)
                .put(Keys.MAX_HANDSHAKES_PER_TENANT, MAX_HANDSHAKES)
                .put(Keys.MAX_NEW_CALLS_PER_TENANT, MAX_HANDSHAKES)
                .put(Keys.DRAIN_TIMEOUT, "1s");
    }

    /// Starts what the services need, and returns the token that the sandbox asks for.
    private String infrastructure(Wiring wiring) throws IOException, InterruptedException {
        ChildProcess.Opened broker = part(
                "broker",
                settings.flags().broker(),
                Map.of("directory", workshop.directory("kafka").toString()));
        members.add(new Window.Member("broker", broker.process()));
        wiring.put(Keys.KAFKA_BOOTSTRAP_SERVERS, broker.facts().path("bootstrap_servers").asString());

        ChildProcess.Opened postgres = part(
                "postgres",
                settings.flags().tool(),
                Map.of("directory", workshop.directory("postgres").toString()));
        List<ProcessHandle> server = ProcessHandle.of(postgres.facts().path("pid").asLong()).stream().toList();
        members.add(new Window.Member("postgres", postgres.process(), server));
        wiring.put(Keys.DATABASE_URL, postgres.facts().path("jdbc_url").asString())
                .put(Keys.DATABASE_USER, postgres.facts().path("user").asString())
                .put(Keys.DATABASE_PASSWORD, postgres.facts().path("password").asString());

        String token = CloudonixSandbox.newToken(random);
        ChildProcess.Opened sandbox =
                part("sandbox", settings.flags().tool(), Map.of("domain", Tenant.DOMAIN, "token", token));
        members.add(new Window.Member("sandbox", sandbox.process()));
        wiring.put(Keys.CLOUDONIX_API_URL, url(sandbox.facts()));
        return token;
    }

    private static void provision(Admin admin, Config config) throws IOException, InterruptedException {
        try {
            new TopicProvisioner(admin, TopicProvisioner.Plan.of(config)).provision();
        } catch (ExecutionException failure) {
            throw new IOException("the topics could not be made", failure.getCause());
        }
    }

    /// Starts all services, and returns where they can be asked whether they are ready.
    private List<String> services() throws IOException, InterruptedException {
        List<String> urls = new ArrayList<>();
        JsonNode orchestrator = service("orchestrator", settings.flags().orchestrator()).facts();
        apiUrl = "http://127.0.0.1:" + orchestrator.path("port").asInt();
        urls.add(adminUrl(orchestrator));
        for (int i = 0; i < settings.layout().workers(); i++) {
            urls.add(startWorker().adminUrl());
        }
        for (int slot = 0; slot < settings.layout().gateways(); slot++) {
            wiring.put(Keys.GATEWAY_SLOT, slot);
            ChildProcess.Opened gateway = service("gateway", settings.flags().service());
            gateways.add(gateway.process());
            ports.add(gateway.facts().path("port").asInt());
            urls.add(adminUrl(gateway.facts()));
        }
        return urls;
    }

    /// One worker more. It is not ready yet.
    Worker startWorker() throws IOException, InterruptedException {
        ChildProcess.Opened opened = service("worker", settings.flags().service());
        Worker worker = new Worker(opened.process(), adminUrl(opened.facts()));
        workers.add(worker);
        return worker;
    }

    /// Returns when all workers are ready: each has its share of the partitions.
    void awaitWorkers() throws InterruptedException {
        ready(workers.stream().map(Worker::adminUrl).toList());
    }

    private ChildProcess.Opened service(String name, List<String> flags) throws IOException, InterruptedException {
        ChildProcess.Opened opened = part(name, flags, wiring.settings());
        members.add(new Window.Member(name, opened.process()));
        return opened;
    }

    /// Another process beside the system, which ends with it.
    ChildProcess.Opened part(String name, List<String> flags, Object facts) throws IOException, InterruptedException {
        ChildProcess.Opened opened = workshop.startForNow(name, flags, facts);
        closer.own(name, opened.process());
        return opened;
    }

    /// Closes with the system.
    <T extends AutoCloseable> T own(String name, T what) {
        return closer.own(name, what);
    }

    private static String adminUrl(JsonNode facts) {
        return facts.path("admin_url").asString();
    }

    private static String url(JsonNode facts) {
        return facts.path("url").asString();
    }

    KafkaClients clients() {
        return clients;
    }

    Admin admin() {
        return admin;
    }

    Tenant tenant() {
        return tenant;
    }

    String apiUrl() {
        return apiUrl;
    }

    /// All that is measured; who is added here is measured too.
    List<Window.Member> members() {
        return members;
    }

    List<ChildProcess> gateways() {
        return gateways;
    }

    /// Those that run; whoever ends one takes it out.
    List<Worker> workers() {
        return workers;
    }

    /// Of the gateways.
    List<Integer> ports() {
        return ports;
    }

    @Override
    public void close() {
        closer.close();
    }
}
