package io.agentstream.dev.bench;

import io.agentstream.dev.bench.load.CallCounts;
import io.agentstream.dev.bench.load.LoadPlan;
import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Followed;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.dev.bench.report.SystemSample;
import io.agentstream.dev.bench.system.SetupLog;
import io.agentstream.dev.bench.system.Tenant;
import io.agentstream.dev.bench.system.TopicMeter;
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
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import tools.jackson.databind.JsonNode;

/// The system itself: broker, database, sandbox, gateways, orchestrator and workers, each a process of its own.
final class SystemPhase implements Phase<SystemSample> {

    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration HEAP_LIMIT = Duration.ofSeconds(30);
    /// After the last call of a point, so that its end does not count in the next.
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final int SPARE_CALLS = 1_000;
    private static final int MAX_HANDSHAKES = 100_000;

    private final Workshop workshop;
    private final BenchSettings settings;
    private final Stop stop;
    private final SecureRandom random = new SecureRandom();
    private final Closer closer = new Closer();
    private final List<Window.Member> members = new ArrayList<>();
    private final List<ChildProcess> gateways = new ArrayList<>();
    private final List<ChildProcess> workers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final Tenant tenant;
    private final Optional<FollowedCall> followed;
    private String apiUrl = "";
    private final SetupLog setups;
    private final TopicMeter topics;
    private int points;

    SystemPhase(Workshop workshop, BenchSettings settings, Stop stop) throws IOException, InterruptedException {
        this.workshop = workshop;
        this.settings = settings;
        this.stop = stop;
        try {
            Wiring wiring = wiring();
            String token = infrastructure(wiring);
            Config config = wiring.config();
            KafkaClients clients = new KafkaClients(config);
            Admin admin = closer.own("admin", clients.admin("bench"));
            provision(admin, config);
            tenant = Tenant.make(config, token, settings.mostCalls() + SPARE_CALLS);
            setups = closer.own("set-ups", new SetupLog(clients));
            topics = new TopicMeter(admin);

            new ReadyWait(services(wiring)).await(READY_LIMIT);
            followed = followed();
        } catch (IOException | InterruptedException | RuntimeException failure) {
            closer.close();
            throw failure;
        }
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
    private List<String> services(Wiring wiring) throws IOException, InterruptedException {
        List<String> urls = new ArrayList<>();
        JsonNode orchestrator = service("orchestrator", settings.flags().orchestrator(), wiring).facts();
        apiUrl = "http://127.0.0.1:" + orchestrator.path("port").asInt();
        urls.add(adminUrl(orchestrator));
        for (int i = 0; i < settings.layout().workers(); i++) {
            ChildProcess.Opened worker = service("worker", settings.flags().service(), wiring);
            workers.add(worker.process());
            urls.add(adminUrl(worker.facts()));
        }
        for (int slot = 0; slot < settings.layout().gateways(); slot++) {
            ChildProcess.Opened gateway = service("gateway", settings.flags().service(), wiring.put(Keys.GATEWAY_SLOT, slot));
            gateways.add(gateway.process());
            ports.add(gateway.facts().path("port").asInt());
            urls.add(adminUrl(gateway.facts()));
        }
        return urls;
    }

    private Optional<FollowedCall> followed() throws IOException, InterruptedException {
        int followers = settings.layout().followers();
        if (followers == 0) {
            return Optional.empty();
        }
        ChildProcess process = part(
                "followers", settings.flags().tool(), Map.of("api_url", apiUrl, "api_key", tenant.apiKey().reveal())).process();
        members.add(new Window.Member("followers", process));
        return Optional.of(new FollowedCall(process, apiUrl, tenant.apiKey(), followers));
    }

    private ChildProcess.Opened service(String name, List<String> flags, Wiring wiring)
            throws IOException, InterruptedException {
        ChildProcess.Opened opened = part(name, flags, wiring.settings());
        members.add(new Window.Member(name, opened.process()));
        return opened;
    }

    private ChildProcess.Opened part(String name, List<String> flags, Object facts) throws IOException, InterruptedException {
        ChildProcess.Opened opened = workshop.startForNow(name, flags, facts);
        closer.own(name, opened.process());
        return opened;
    }

    private static String adminUrl(JsonNode facts) {
        return facts.path("admin_url").asString();
    }

    private static String url(JsonNode facts) {
        return facts.path("url").asString();
    }

    @Override
    public SystemSample measure(int calls, Duration length) throws IOException, InterruptedException {
        LoadPlan plan = LoadPlan.echo(
                LoadPlan.Server.local(ports, tenant.path()), List.of(Tenant.DOMAIN), "point" + points++, calls,
                settings.ramp(), settings.loadThreads(), settings.tickUs());
        long gatewayEmpty = heapBytes(gateways);
        long workerEmpty = heapBytes(workers);
        try (LoadRun load = new LoadRun(workshop, settings.flags(), plan, stop)) {
            setups.mark();
            load.place();
            Point.SetupMs setup = setups.read();
            TopicMeter.Reading before = topics.read();
            LoadRun.Measurement measured = load.measure(members, length);
            TopicMeter.Reading after = topics.read();
            Point.HeapBytesPerCall heap = new Point.HeapBytesPerCall(
                    perCall(heapBytes(gateways) - gatewayEmpty, calls), perCall(heapBytes(workers) - workerEmpty, calls));
            Optional<Followed> whenFollowed =
                    followed.isPresent() ? Optional.of(followed.get().measure(load, members, length)) : Optional.empty();
            load.hangUp();
            stop.pause(SETTLE);
            CallCounts counts = measured.calls();
            return new SystemSample(
                    measured.sample(),
                    setup,
                    new Point.SetupMs(counts.firstEcho().p50(), counts.firstEcho().p99()),
                    heap,
                    after.since(before),
                    whenFollowed);
        }
    }

    private static long heapBytes(List<ChildProcess> processes) throws IOException, InterruptedException {
        long bytes = 0;
        for (ChildProcess process : processes) {
            bytes += process.ask("heap", "", HEAP_LIMIT).path("bytes").asLong();
        }
        return bytes;
    }

    private static long perCall(long bytes, int calls) {
        return Math.max(0, bytes) / calls;
    }

    @Override
    public void close() {
        closer.close();
    }
}
