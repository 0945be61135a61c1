package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.api.Api;
import io.agentstream.orchestrator.api.ApiSettings;
import io.agentstream.orchestrator.store.AgentVersions;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.HttpServer;
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
import tools.jackson.databind.node.JsonNodeFactory;

/// Whatever is asked of the REST API, calls are decided on.
@ExtendWith(TestPostgres.class)
final class CallsBesideListingsTest {
    private static final int LISTINGS = 200;
    private static final int AGENTS = 100;
    private static final int DEFINITION_BYTES = 200_000;
    private static final int CALLS = 100;

    private final Tenant tenant;
    private final TenantCalls calls;
    private final EmbeddedPostgres server;

    CallsBesideListingsTest(Database database, EmbeddedPostgres server) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
        this.server = server;
        tenant.limit(1_000_000);
        database.inTransaction(connection -> {
            for (int i = 0; i < AGENTS; i++) {
                long agent = Agents.create(
                        connection, null, tenant.sample().organizationId(), tenant.sample().userId(), "Large " + i,
                        JsonNodeFactory.instance.objectNode());
                AgentVersions.saveDraft(
                        connection, agent,
                        JsonNodeFactory.instance.objectNode().put("engine", "echo").put("note", noise(i)));
            }
            return true;
        });
    }

    @Test
    void aFloodOfListingsDelaysNoCall() throws Exception {
        // given
        decideAll();
        long aloneMs = p99(decideAll());
        Set<Integer> statuses = new ConcurrentSkipListSet<>();

        // when
        long floodedMs;
        try (Database own = new Database(apiSettings());
                Api api = new Api(own, Tenant.CIPHER, new AddressGuard(Networks.NONE), ApiSettings.of("ws://127.0.0.1:8080"));
                HttpServer http = HttpServer.start("127.0.0.1", 0, 2, 4, api.handler());
                Flood flood = new Flood(http.port(), tenant.sample().apiKey(), statuses)) {
            flood.awaitFirstAnswer();
            floodedMs = p99(decideAll());
        }

        // then
        assertTrue(Set.of(200, 429, 503).containsAll(statuses), statuses.toString());
        assertTrue(statuses.contains(200), statuses.toString());
        assertTrue(
                floodedMs <= 2 * aloneMs + 400, // 170 to 250 ms with connections of its own, 350 to 760 ms with those of calls
                "the slowest in a hundred took " + aloneMs + " ms alone, and " + floodedMs + " ms beside listings");
    }

    /// As in production.
    private Database.Settings apiSettings() {
        Database.Settings shared = TestPostgres.settings(server);
        return new Database.Settings(
                shared.jdbcUrl(), shared.user(), shared.password(), "listings", 3, Duration.ofSeconds(5), Duration.ofSeconds(5));
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

    /// Two hundred listings at once, and again as soon as all are answered, until it is closed.
    private static final class Flood implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpRequest listing;
        private final Set<Integer> statuses;
        private final AtomicBoolean over = new AtomicBoolean();
        private final CountDownLatch answered = new CountDownLatch(1);
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
            }
        }

        void awaitFirstAnswer() throws InterruptedException {
            assertTrue(answered.await(30, TimeUnit.SECONDS));
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            thread.join();
            client.close();
        }
    }
}
