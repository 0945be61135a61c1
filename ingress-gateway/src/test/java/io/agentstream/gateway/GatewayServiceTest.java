package io.agentstream.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.StopBarrier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GatewayServiceTest {

    @Test
    void isAliveWithoutKafkaButNotReadyAndRefusesCalls() throws Exception {
        Config config = Config.load(
                Map.of(
                        "AGENT_STREAM_GATEWAY_PORT", "0",
                        "AGENT_STREAM_GATEWAY_ADMIN_PORT", "0",
                        "AGENT_STREAM_BIND_ADDRESS", "127.0.0.1",
                        "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"),
                Map.of(),
                List.of(Keys.KAFKA_BOOTSTRAP_SERVERS));
        CompletableFuture<String> closed = new CompletableFuture<>();

        try (GatewayService gateway = GatewayService.launch(config, new StopBarrier());
                HttpClient client = HttpClient.newHttpClient()) {
            String at = "://127.0.0.1:" + gateway.port();
            assertEquals(200, get(client, "http" + at + "/healthz").statusCode());
            assertEquals(404, get(client, "http" + at + "/readyz").statusCode());
            assertEquals(404, get(client, "http" + at + "/metrics").statusCode());
            String admin = "http://127.0.0.1:" + gateway.adminPort();
            assertEquals(200, get(client, admin + "/metrics").statusCode());
            HttpResponse<String> ready = get(client, admin + "/readyz");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("no slot is chosen yet"), ready.body());

            client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws" + at + "/api/v1/agent-stream/x?provider=cloudonix"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                            closed.complete(code + " " + reason);
                            return CompletableFuture.completedFuture(null);
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
            assertEquals("1011 Internal server error", closed.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void callsThatCouldOutliveTheirKeysAreAFaultOfTheConfiguration() throws Exception {
        Config config = Config.load(
                Map.of(
                        "AGENT_STREAM_GATEWAY_PORT", "0",
                        "AGENT_STREAM_GATEWAY_ADMIN_PORT", "0",
                        "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                        "AGENT_STREAM_CALL_KEYS_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                        "AGENT_STREAM_MAX_CALL_DURATION", "6h"),
                Map.of(),
                List.of(Keys.KAFKA_BOOTSTRAP_SERVERS));

        ConfigException refused = assertThrows(ConfigException.class, () -> GatewayService.launch(config, new StopBarrier()));

        assertTrue(refused.getMessage().contains("AGENT_STREAM_MAX_CALL_DURATION"), refused.getMessage());
    }

    @Test
    void tlsFilesThatCannotBeUsedAreAFaultOfTheConfigurationThatNamesThem(@TempDir Path directory) throws Exception {
        Path certificate = directory.resolve("certificate.pem");
        Config config = Config.load(
                Map.of(
                        "AGENT_STREAM_GATEWAY_PORT", "0",
                        "AGENT_STREAM_GATEWAY_ADMIN_PORT", "0",
                        "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                        "AGENT_STREAM_TLS_CERTIFICATE", certificate.toString(),
                        "AGENT_STREAM_TLS_KEY", directory.resolve("key.pem").toString()),
                Map.of(),
                List.of(Keys.KAFKA_BOOTSTRAP_SERVERS));

        ConfigException missing = assertThrows(ConfigException.class, () -> GatewayService.launch(config, new StopBarrier()));
        Files.writeString(certificate, "nonsense");
        Files.writeString(directory.resolve("key.pem"), "nonsense");
        ConfigException nonsense = assertThrows(ConfigException.class, () -> GatewayService.launch(config, new StopBarrier()));

        assertEquals(
                List.of("AGENT_STREAM_TLS_CERTIFICATE, AGENT_STREAM_TLS_KEY: there is no file " + certificate), missing.problems());
        assertTrue(nonsense.problems().getFirst().contains(certificate + " "), nonsense.problems().toString());
    }

    private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
