package io.agentstream.orchestrator;

import io.agentstream.orchestrator.api.Api;
import io.agentstream.orchestrator.api.ApiDatabases;
import io.agentstream.orchestrator.api.RunView;
import io.agentstream.orchestrator.facts.Projections;
import io.agentstream.orchestrator.liveness.Reaper;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.SessionsByProvider;
import io.agentstream.orchestrator.provider.SharedPace;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixClient;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixHooks;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixSessions;
import io.agentstream.orchestrator.replay.KafkaCallLogs;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseClock;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.webhook.Courier;
import io.agentstream.orchestrator.webhook.RunShape;
import io.agentstream.runtime.AdminServer;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.CredentialsKeys;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.HttpServer;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.KafkaProbe;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Readiness;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.SessionTimeouts;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.runtime.WorkerSecret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.OutboundHttp;
import io.agentstream.schemas.Topics;
import io.undertow.server.HttpHandler;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The orchestrator: admits calls, keeps their runs, serves the REST API. Waits for Kafka and the database, and says so on
/// `/readyz`, instead of failing without them.
public final class OrchestratorService implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OrchestratorService.class);
    private static final double MS_PER_SECOND = 1_000;
    private static final Duration LOOP_CLOSE = Duration.ofSeconds(10);
    private static final Duration ADMIN_CLOSE = Duration.ofSeconds(1);
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration API_STATEMENT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PRODUCER_BLOCKS = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// How long a call goes on of which it can be known that it gets no conversation.
    private static final Duration KNOWN_FOR = Duration.ofSeconds(5);
    /// One to take deliveries with, and one to say what became of them: each is a statement or two.
    private static final int WEBHOOK_CONNECTIONS = 2;
    private static final int HTTP_IO_THREADS = 2;
    private static final int HTTP_WORKERS = 4;

    private final Closer closer;
    private final int port;
    private final int adminPort;

    private OrchestratorService(Closer closer, int port, int adminPort) {
        this.closer = closer;
        this.port = port;
        this.adminPort = adminPort;
    }

    /// Returns once the port is open; the rest goes on by itself. A part that breaks tells `barrier`.
    public static OrchestratorService launch(Config config, StopBarrier barrier) {
        Closer closer = new Closer();
        try {
            return open(config, barrier, closer);
        } catch (RuntimeException failure) {
            closer.close();
            throw failure;
        }
    }

    private static OrchestratorService open(Config config, StopBarrier barrier, Closer closer) {
        Metrics metrics = closer.own("metrics", new Metrics("run-orchestrator"));
        KafkaClients clients = new KafkaClients(config);
        var producer = closer.own("producer", clients.events("orchestrator-decisions", PRODUCER_BLOCKS));
        Admin admin = clients.admin("orchestrator-probe");
        closer.<AutoCloseable>own("admin", () -> admin.close(ADMIN_CLOSE));
        KafkaProbe kafka = new KafkaProbe(
                "orchestrator-kafka",
                admin,
                List.of(
                        Topics.CALL_LIFECYCLE, Topics.CONVERSATION_EVENTS, Topics.RUN_EVENTS, Topics.SOCKET_COMMANDS,
                        Topics.AGENT_DEFINITIONS, Topics.CALL_KEYS, Topics.DEAD_LETTERS, Topics.RUNS, Topics.USAGE));
        closer.own("Kafka probe", new DutyCycleRunner(kafka, LOOP_CLOSE, barrier::fault).start());
        Database database = closer.own(
                "database", new Database(databaseSettings(config, "orchestrator", config.get(Keys.DATABASE_POOL), STATEMENT_TIMEOUT)));
        DatabaseClock clock = new DatabaseClock(InstantSource.system(), System::nanoTime);
        metrics.gauge("agent_stream_orchestrator_clock_off_seconds", () -> clock.off().toMillis() / MS_PER_SECOND);
        DatabaseGate gate = new DatabaseGate(database, clock);
        closer.own("database gate", new DutyCycleRunner(gate, LOOP_CLOSE, barrier::fault).start());
        CredentialsKeys keys = config.get(Keys.CREDENTIALS_KEY);
        CredentialsCipher cipher = CredentialsCipher.of(
                        new SecureRandom(), keys.newest(), keys.older().toArray(Secret[]::new))
                .orElseThrow(() -> new IllegalStateException("the credentials key was checked to be one"));
        CloudonixClient cloudonix = closer.own(
                "Cloudonix client",
                cloudonix(CloudonixClient.Settings.of(
                        config.get(Keys.CLOUDONIX_API_URL), config.get(Keys.CLOUDONIX_RATE_LIMIT)), database));

        if (config.get(Keys.PROJECTIONS)) {
            Projections projections =
                    new Projections(
                            clients, config.find(Keys.FACTS_DIRECTORY).orElse(null), () -> kafka.has(Topics.CALL_LIFECYCLE, Topics.CONVERSATION_EVENTS, Topics.RUN_EVENTS, Topics.RUNS, Topics.USAGE));
            closer.own("projections", new DutyCycleRunner(projections, LOOP_CLOSE, barrier::fault).start());
        }
        PublicApi publicApi = new PublicApi(config.find(Keys.PUBLIC_API_URL));
        Sessions sessions = new SessionsByProvider(
                Map.of(Providers.CLOUDONIX, new CloudonixSessions(
                        cloudonix, cipher, database, publicApi::address)));
        AddressGuard guard = new AddressGuard(config.get(Keys.OUTBOUND_ALLOWED_NETWORKS));
        OutboundHttp outbound = closer.own("outbound requests", new OutboundHttp(guard));
        Database webhookDatabase = closer.own(
                "webhooks' database",
                new Database(databaseSettings(config, "orchestrator-webhooks", WEBHOOK_CONNECTIONS, API_STATEMENT_TIMEOUT)));
        Courier courier = new Courier(
                webhookDatabase, cipher, outbound, new RunShape(RunView::of, RunView::time), metrics, clock, gate.open());
        closer.own("webhooks", new DutyCycleRunner(courier, LOOP_CLOSE, barrier::fault).start());
        RunParts runs = RunParts.start(
                new RunParts.Settings(
                        new BigDecimal(config.get(Keys.PRICE_PER_MINUTE)),
                        config.get(Keys.HANDSHAKE_TIMEOUT),
                        config.get(Keys.CREDITS_GRACE),
                        new Reaper.Limits(
                                config.get(Keys.CALL_LOST_AFTER), conversationTimeout(config, admin),
                                config.get(Keys.WORKERS_GONE_AFTER)),
                        config.find(Keys.CALL_KEYS_KEY).orElse(null)),
                new RunParts.Lent(
                        clients, admin, producer, database, gate.open(), sessions, metrics,
                        clock, () -> kafka.has() && gate.reason().isEmpty(), () -> kafka.has(Topics.CALL_KEYS),
                        courier::wakeUp, barrier::fault),
                closer);

        Readiness readiness = new Readiness();
        readiness.require(kafka::reason);
        readiness.require(gate::reason);
        readiness.require(runs::reason);
        ApiDatabases apiDatabases = closer.own(
                "API's database",
                ApiDatabases.open(
                        databaseSettings(config, "orchestrator-api", config.get(Keys.API_DATABASE_POOL), API_STATEMENT_TIMEOUT)));
        Api api = closer.own("API", new Api(
                apiDatabases, cipher, guard, new KafkaCallLogs(clients, config.find(Keys.CALL_KEYS_KEY).orElse(null)), apiSettings(config), metrics));
        CloudonixHooks hooks = closer.own("Cloudonix's hooks", new CloudonixHooks(apiDatabases.requests(), api.handler()));
        HttpServer http = closer.own("HTTP server", HttpServer.start(
                config.get(Keys.BIND_ADDRESS), config.get(Keys.API_PORT), HTTP_IO_THREADS, HTTP_WORKERS,
                HttpServer.Bounds.of(
                        config.get(Keys.API_TRUSTED_PROXIES),
                        metrics.counter("agent_stream_orchestrator_api_connections_cut")::increment),
                AdminServer.alive(hooks)));
        metrics.gauge("agent_stream_orchestrator_api_connections", http::connections);
        publicApi.listensAt(config.get(Keys.BIND_ADDRESS), http.port());
        closer.<AutoCloseable>own("followers", api::endFollowing);
        HttpHandler internal = config.find(Keys.WORKER_SECRET)
                .<HttpHandler>map(secret -> closer.own("service keys", new ServiceKeyDesk(
                        new WorkerSecret(secret, new SecureRandom()), database, cipher, InstantSource.system(), metrics)))
                .orElse(AdminServer::nothing);
        AdminServer administration = closer.own("administration", AdminServer.start(
                config.get(Keys.BIND_ADDRESS), config.get(Keys.API_ADMIN_PORT), metrics, readiness, internal));
        return new OrchestratorService(closer, http.port(), administration.port());
    }

    /// A worker that was killed counts as one for as long as its session lasts, and until then nobody can know whether another takes its calls.
    private static Duration conversationTimeout(Config config, Admin admin) {
        return config.find(Keys.CONVERSATION_TIMEOUT).orElseGet(() -> {
            Duration session = SessionTimeouts.inForce(admin, config.get(Keys.WORKER_SESSION_TIMEOUT));
            Duration timeout = session.plus(KNOWN_FOR);
            log.atInfo().addKeyValue("session_ms", session.toMillis()).addKeyValue("ends_after_ms", timeout.toMillis())
                    .log("calls that no worker takes end by the workers' session timeout, which has to be the workers' own");
            return timeout;
        });
    }

    private static Api.Settings apiSettings(Config config) {
        return new Api.Settings(
                config.get(Keys.PUBLIC_GATEWAY_URL).toString(),
                config.find(Keys.OPERATOR_KEY).orElse(null),
                new BigDecimal(config.get(Keys.PRICE_PER_MINUTE)),
                config.get(Keys.API_TRUSTED_PROXIES),
                config.get(Keys.FAILED_KEYS_PER_MINUTE),
                new Api.Rates(
                        config.get(Keys.API_READS_PER_SECOND), config.get(Keys.API_CHANGES_PER_SECOND),
                        config.get(Keys.API_EXPORTS_PER_MINUTE), config.get(Keys.API_SHARE_PERCENT)),
                PATIENCE);
    }

    /// A limit that a provider may have holds over all orchestrators.
    private static CloudonixClient cloudonix(CloudonixClient.Settings settings, Database database) {
        return settings.requestsPerWindow() > SharedPace.MOST
                ? new CloudonixClient(settings)
                : new CloudonixClient(settings, new SharedPace(
                        database, Providers.CLOUDONIX, settings.requestsPerWindow(), settings.window()));
    }

    /// Calls and the API have a pool each: whatever is asked of the one, the other finds a connection.
    private static Database.Settings databaseSettings(
            Config config, String name, int poolSize, Duration statementTimeout) {
        return new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(),
                config.get(Keys.DATABASE_USER),
                config.get(Keys.DATABASE_PASSWORD),
                name,
                poolSize,
                CONNECTION_TIMEOUT,
                statementTimeout);
    }

    /// The port of the API.
    public int port() {
        return port;
    }

    /// The port of health, readiness and metrics.
    public int adminPort() {
        return adminPort;
    }

    /// Reads no further, finishes what is under way within a limit, commits, and closes the rest.
    @Override
    public void close() {
        closer.close();
    }
}
