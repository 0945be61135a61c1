package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class AdminServerTest {

    @Test
    void saysWhetherTheServiceIsAliveAndReadyAndWhatItCounts() throws Exception {
        AtomicReference<Optional<String>> reason = new AtomicReference<>(Optional.of("Kafka does not answer"));
        Readiness readiness = new Readiness();
        readiness.require(reason::get);
        try (Metrics metrics = new Metrics("test");
                AdminServer server = AdminServer.start("127.0.0.1", 0, metrics, readiness)) {
            metrics.counter("agent_stream_test_things").increment();

            assertEquals(200, get(server.port(), "/healthz").statusCode());
            HttpResponse<String> notReady = get(server.port(), "/readyz");
            assertEquals(503, notReady.statusCode());
            assertTrue(notReady.body().contains("Kafka does not answer"));
            assertTrue(get(server.port(), "/metrics").body().contains("agent_stream_test_things_total{service=\"test\"} 1.0"));
            assertEquals(404, get(server.port(), "/else").statusCode());

            reason.set(Optional.empty());

            assertEquals(200, get(server.port(), "/readyz").statusCode());
        }
    }

    @Test
    void aPublicPortSaysOnlyThatItIsAlive() throws Exception {
        try (HttpServer server = HttpServer.start(
                "127.0.0.1", 0, 1, 1, AdminServer.alive(exchange -> exchange.setStatusCode(404)))) {

            assertEquals(200, get(server.port(), "/healthz").statusCode());
            assertEquals(404, get(server.port(), "/readyz").statusCode());
            assertEquals(404, get(server.port(), "/metrics").statusCode());
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
