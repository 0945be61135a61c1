package io.agentstream.orchestrator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.StopBarrier;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
@Timeout(60)
final class OrchestratorServiceTest {

    private static final String NOBODY = "127.0.0.1:1";

    private static Config config(String databaseUrl) throws ConfigException {
        Map<String, String> environment = new HashMap<>();
        environment.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", NOBODY);
        environment.put("AGENT_STREAM_DATABASE_URL", databaseUrl);
        environment.put("AGENT_STREAM_DATABASE_USER", "postgres");
        environment.put("AGENT_STREAM_DATABASE_PASSWORD", "postgres");
        environment.put("AGENT_STREAM_CREDENTIALS_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        environment.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
        environment.put("AGENT_STREAM_API_PORT", "0");
        environment.put("AGENT_STREAM_API_ADMIN_PORT", "0");
        return Config.load(environment, Map.of(), Main.REQUIRED);
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void startsWithoutKafkaAndDatabaseAndSaysWhatItWaitsFor() throws Exception {
        try (OrchestratorService service =
                OrchestratorService.launch(config("jdbc:postgresql://" + NOBODY + "/none"), new StopBarrier())) {

            HttpResponse<String> ready = get(service.adminPort(), "/readyz");

            assertEquals(200, get(service.port(), "/healthz").statusCode());
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("Kafka"), ready.body());
            assertTrue(ready.body().contains("database"), ready.body());
            assertTrue(ready.body().contains("assignment"), ready.body());
            assertFalse(ready.body().contains(NOBODY), ready.body());
        }
    }

    @Test
    void servesTheApiAsSoonAsTheDatabaseIsThere(Database migrated, EmbeddedPostgres server) throws Exception {
        String url = TestPostgres.jdbcUrl(server, migrated);
        try (OrchestratorService service = OrchestratorService.launch(config(url), new StopBarrier())) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (get(service.adminPort(), "/readyz").body().contains("database") && System.nanoTime() < deadline) {
                LockSupport.parkNanos(20_000_000);
            }

            assertFalse(get(service.adminPort(), "/readyz").body().contains("database"));
            assertEquals(401, get(service.port(), "/api/v1/agents").statusCode());
            assertEquals(404, get(service.port(), "/nothing").statusCode());
            assertEquals(404, get(service.port(), "/readyz").statusCode());
            assertEquals(404, get(service.port(), "/metrics").statusCode());
            assertTrue(get(service.adminPort(), "/metrics").body().contains("agent_stream_orchestrator_in_flight"));
        }
    }

    @Test
    void aSchemaThatCannotBeBroughtUpToDateStopsTheProcessWithItsReason(EmbeddedPostgres server) throws Exception {
        String url = server.getJdbcUrl("postgres", "changed_by_hand");
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database changed_by_hand");
        }
        try (Database database = new Database(Database.Settings.of(url, "postgres", new Secret("postgres")))) {
            database.migrate(Duration.ofSeconds(10));
            database.withConnection(c -> Sql.update(c, "update flyway_schema_history set checksum = 1"));
        }
        StopBarrier barrier = new StopBarrier();

        Throwable fault;
        try (OrchestratorService service = OrchestratorService.launch(config(url), barrier)) {
            fault = barrier.await().orElseThrow();
        }

        assertTrue(fault.getMessage().startsWith("the database's schema cannot be brought up to date"), fault.getMessage());
    }
}
