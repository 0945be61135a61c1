package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.api.Api;
import io.agentstream.orchestrator.api.ApiDatabases;
import io.agentstream.orchestrator.api.ApiSettings;
import io.agentstream.orchestrator.store.AgentVersions;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.HttpServer;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.node.JsonNodeFactory;

/// Whatever one tenant asks of the REST API, the calls of another are decided on as if it asked nothing: measured in turns with and without
/// the flood, in one run.
@Isolated("compares times")
@ExtendWith(TestPostgres.class)
final class CallsBesideListingsTest {
    private static final int LISTINGS = 50;
    private static final long LISTINGS_EVERY_MS = 100;
    private static final int AGENTS = 100;
    private static final int DEFINITION_BYTES = 200_000;
    private static final int CALLS = 100;
    private static final int ROUNDS = 5;

    /// Client, server and database share two processors.
    private static final long MORE_MS = 60;

    private final Tenant flooding;
    private final TenantCalls calls;
    private final EmbeddedPostgres server;

    CallsBesideListingsTest(Database database, EmbeddedPostgres server) {
        this.flooding = Tenant.create(database);
        this.server = server;
        Tenant calling = Tenant.create(database);
        calling.limit(1_000_000);
        this.calls = new TenantCalls(calling);
        database.inTransaction(connection -> {
            for (int i = 0; i < AGENTS; i++) {
                long agent = Agents.create(
                        connection, null, flooding.sample().organizationId(), flooding.sample().userId(), "Large " + i,
                        JsonNodeFactory.instance.objectNode());
                AgentVersions.saveDraft(
                        connection, agent,
                        JsonNodeFactory.instance.objectNode().put("engine", "echo").put("note", noise(i)));
            }
            return true;
        });
    }

    @Test
    void aFloodOfListingsDelaysNoCallOfAnother() throws Exception {
        // given
        List<Long> alone = new ArrayList<>();
        List<Long> flooded = new ArrayList<>();
        Set<Integer> statuses = new ConcurrentSkipListSet<>();
        decideAll();

        // when
        try (Metrics metrics = new Metrics("listings");
                ApiDatabases own = ApiDatabases.open(apiSettings());
                Api api = new Api(
                        own, Tenant.CIPHER, new AddressGuard(Networks.NONE), ApiSettings.of("ws://127.0.0.1:8080"), metrics);
                HttpServer http = HttpServer.start("127.0.0.1", 0, 2, 4, api.handler())) {
            for (int round = 0; round < ROUNDS; round++) {
                alone.addAll(decideAll());
                try (Flood flood = new Flood(http.port(), flooding.sample().apiKey(), statuses)) {
                    flood.awaitFirstAnswer();
                    flooded.addAll(decideAll());
                }
            }
        }

        // then
        assertTrue(Set.of(200, 429, 503).containsAll(statuses), statuses.toString());
        assertTrue(statuses.contains(200), statuses.toString());
        String measured = "p99 of " + ROUNDS * CALLS + " calls: " + p99(alone) + " ms alone, " + p99(flooded) + " ms beside listings";
        System.out.println(measured);
        assertTrue(p99(flooded) <= 2 * p99(alone) + MORE_MS, measured);
    }

    /// As in production.
    private Database.Settings apiSettings() {
        return new Database.Settings(
                TestPostgres.jdbcUrl(server, flooding.database()), "postgres", new Secret("postgres"), "listings", 3, Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    /// How long each call waited for its two decisions, four at a time.
    private List<Long> decideAll() throws Exception {
        List<Future<Long>> running = new ArrayList<>();
        List<Long> tookMs = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4, Thread.ofVirtual().factory())) {
            for (int i = 0; i < CALLS; i++) {
                running.add(threads.submit(() -> {
                    long start = System.nanoTime();
                    assertEquals("running", calls.start(calls.admitted()).outcome());
                    return (System.nanoTime() - start) / 1_000_000;
                }));
            }
            for (Future<Long> call : running) {
                tookMs.add(call.get());
            }
        }
        return tookMs;
    }

    private static long p99(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() * 99 / 100 - 1);
    }

    /// Nothing that compresses well.
    private static String noise(int seed) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(seed);
        while (text.length() < DEFINITION_BYTES) {
            text.append(Long.toHexString(random.nextLong()));
        }
        return text.toString();
    }

    /// Fifty listings at once, and again ten times a second, or as soon as all are answered: several times what a key may ask.
    private static final class Flood implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpRequest listing;
        private final Set<Integer> statuses;
        private final AtomicBoolean over = new AtomicBoolean();
        private final CountDownLatch answered = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final Thread thread = Thread.ofPlatform().unstarted(this::run);

        Flood(int port, Secret key, Set<Integer> statuses) {
            this.statuses = statuses;
            this.listing = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/agents?limit=500"))
                    .header("Authorization", "Bearer " + key.reveal())
                    .build();
            thread.start();
        }

        private void run() {
            while (!over.get()) {
                List<CompletableFuture<Void>> answers = new ArrayList<>();
                for (int i = 0; i < LISTINGS; i++) {
                    answers.add(client.sendAsync(listing, HttpResponse.BodyHandlers.discarding()).thenAccept(answer -> {
                        statuses.add(answer.statusCode());
                        answered.countDown();
                    }));
                }
                answers.forEach(CompletableFuture::join);
                pace(LISTINGS_EVERY_MS);
            }
        }

        /// So that it is the server that is measured, and not how fast a client on the same processors can ask.
        private void pace(long millis) {
            try {
                closed.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException end) {
                over.set(true);
            }
        }

        void awaitFirstAnswer() throws InterruptedException {
            assertTrue(answered.await(30, TimeUnit.SECONDS));
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            closed.countDown();
            thread.join();
            client.close();
        }
    }
}
