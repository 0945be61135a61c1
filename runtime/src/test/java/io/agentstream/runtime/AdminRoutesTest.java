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

final class AdminRoutesTest {

    @Test
    void saysWhetherTheServiceIsAliveAndReadyAndWhatItCounts() throws Exception {
        AtomicReference<Optional<String>> reason = new AtomicReference<>(Optional.of("Kafka does not answer"));
        Readiness readiness = new Readiness();
        readiness.require(reason::get);
        try (Metrics metrics = new Metrics("test");
                HttpServer server = HttpServer.start(
                        "127.0.0.1", 0, 1, 2, new AdminRoutes(metrics, readiness, AdminRoutes.notFound()))) {
            metrics.counter("agent_stream_test_things").increment();

            assertEquals(200, get(server, "/healthz").statusCode());
            HttpResponse<String> notReady = get(server, "/readyz");
            assertEquals(503, notReady.statusCode());
            assertTrue(notReady.body().contains("Kafka does not answer"));
            assertTrue(get(server, "/metrics").body().contains("agent_stream_test_things_total{service=\"test\"} 1.0"));
            assertEquals(404, get(server, "/else").statusCode());

            reason.set(Optional.empty());

            assertEquals(200, get(server, "/readyz").statusCode());
        }
    }

    private static HttpResponse<String> get(HttpServer server, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
