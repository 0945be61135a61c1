package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.follow.Feed;
import io.agentstream.orchestrator.follow.KeysInForce;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.replay.FollowedRuns;
import io.agentstream.orchestrator.replay.KeptLogs;
import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.replay.RunLog;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The REST API as one handler: everything below `/api/v1/`, and `/openapi.yaml`. Any other path is answered 404. Requests
/// wait on virtual threads; the I/O thread that brings one is free at once, and the work is done by a few threads of the API's own.
/// So are its databases: whatever is asked here, calls find a connection.
public final class Api implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Api.class);
    static final String OPENAPI_PATH = "/openapi.yaml";

    private final List<Route> routes;
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Edge edge;
    private final LogReaders readers;
    private final Feed feed;
    private final DutyCycleRunner feeding;
    private final FollowedRuns followed;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("orchestrator-api-", 0).factory());

    /// @param gatewayUrl where callers' sockets come in, such as `wss://gw.example.com`, for the `stream_url` of agents
    /// @param operatorKey opens the operator's routes; null: there are none
    /// @param pricePerMinute what an organisation pays that has no price of its own
    /// @param trustedProxies whose `X-Forwarded-For` is believed
    /// @param failedKeysPerMinute how many keys that open nothing an address may try in a minute
    /// @param rates how often a key may ask
    /// @param patience how long a peer may take to send a body, and to receive an answer
    public record Settings(
            String gatewayUrl,
            @Nullable Secret operatorKey,
            BigDecimal pricePerMinute,
            Networks trustedProxies,
            int failedKeysPerMinute,
            Rates rates,
            Duration patience) {}

    /// How often a key may ask one process, each at least once. Of reads and changes ten seconds' worth may come at once, of exports a
    /// minute's.
    ///
    /// @param sharePercent of one processor that what one organisation asks may take, whatever its keys; ten seconds' worth at once
    public record Rates(int readsPerSecond, int changesPerSecond, int exportsPerMinute, int sharePercent) {}

    /// One that reads no call back.
    ///
    /// @param guard what webhooks may reach
    public Api(ApiDatabases databases, CredentialsCipher cipher, AddressGuard guard, Settings settings, Metrics metrics) {
        this(databases, cipher, guard, CallLogs.NONE, settings, metrics);
    }

    /// @param guard what webhooks may reach
    /// @param logs where calls are read back from
    public Api(
            ApiDatabases databases, CredentialsCipher cipher, AddressGuard guard, CallLogs logs, Settings settings, Metrics metrics) {
        Database database = databases.requests();
        Database readersDatabase = databases.readers();
        this.readers = new LogReaders(metrics);
        Shares shares = new Shares(settings.rates().sharePercent(), System::nanoTime);
        Workers workers = new Workers(database.poolSize(), Shares.ofThisThread(), shares::took);
        this.feed = new Feed(databases.followers(), metrics);
        this.feeding = new DutyCycleRunner(feed, FAREWELL, fault -> log.error("nothing can be followed any more", fault));
        CallLogs kept = new KeptLogs(logs);
        RunLog runLog = new RunLog(database, readersDatabase, kept);
        ReadBack readBack = new ReadBack(readers, readersDatabase);
        this.followed = new FollowedRuns(runLog);
        KeysInForce inForce = new KeysInForce(databases.followers(), System::nanoTime);
        ApiKeys keys = new ApiKeys(new SecureRandom());
        Secret operatorKey = settings.operatorKey();
        this.routes = Stream.of(
                        new TenantRoutes(database, settings.pricePerMinute()).routes(),
                        new UserRoutes(database, keys).routes(),
                        new AgentRoutes(database, settings.gatewayUrl()).routes(),
                        new TelephonyRoutes(database, cipher).routes(),
                        new ServiceKeyRoutes(database, cipher).routes(),
                        new RunRoutes(database).routes(),
                        new TimelineRoutes(database, inForce, runLog, readBack, followed).routes(),
                        new AudioRoutes(database, readersDatabase, kept, readBack, InstantSource.system()).routes(),
                        new ExportRoutes(database, readersDatabase, kept, readBack).routes(),
                        new MoneyRoutes(database).routes(),
                        operatorKey == null ? List.<Route>of() : new MoneyRoutes(database).operatorRoutes(),
                        new ErasureRoutes(database).routes(),
                        new WebhookRoutes(database, cipher, guard).routes(),
                        new RunListRoutes(database).routes(),
                        new EventRoutes(database, feed, workers).routes(),
                        new UsageRoutes(database, InstantSource.system()).routes(),
                        operatorKey == null ? List.<Route>of() : new OperatorRoutes(database, keys).routes(),
                        operatorKey == null ? List.<Route>of() : new DeadLetterRoutes(database).routes())
                .flatMap(List::stream)
                .toList();
        Reply openApi = Reply.ok(resource("openapi.yaml")).with("Content-Type", "application/yaml");
        Doorkeeper doorkeeper = new Doorkeeper(
                new Callers(databases.keys()), operatorKey, new FailedKeys(settings.failedKeysPerMinute(), System::nanoTime));
        this.edge = new Edge(
                new Router(routes),
                Map.of(OPENAPI_PATH, openApi),
                doorkeeper,
                settings.trustedProxies(),
                new Edge.Limits(new RateLimits(settings.rates(), System::nanoTime), shares, new Pauses()),
                new Refusals(metrics),
                workers,
                new Wire(settings.patience()),
                inForce);
        feeding.start();
    }

    public HttpHandler handler() {
        return exchange -> exchange.dispatch(threads, onVirtualThread -> {
            onVirtualThread.startBlocking();
            edge.handle(onVirtualThread);
        });
    }

    List<Route> routes() {
        return routes;
    }

    /// Whoever follows is told that it is over here, and goes on elsewhere. Blocks for two seconds at most.
    public void endFollowing() throws InterruptedException {
        feed.endAll();
        followed.close();
        edge.awaitNobodyFollows(FAREWELL);
    }

    /// Requests that are being handled are broken off.
    @Override
    public void close() {
        try {
            feeding.close();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
        followed.close();
        readers.close();
        edge.close();
    }

    private static byte[] resource(String name) {
        try (InputStream stream = Api.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + name + " is not in the jar");
            }
            return stream.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
