package io.agentstream.cli.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.agentstream.runtime.outbound.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person is told where an API does not do what was asked.
final class ApiClientTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("AGENT_STREAM_API_KEY", "ags_secret");

    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private volatile int status = 200;
    private volatile String body = "{}";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Retry-After", "7");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private ApiClient client() throws IOException {
        return new ApiAccess(null, URI.create(url())).client(ENVIRONMENT);
    }

    private static ApiException refused(ApiClient client) {
        try (client) {
            return assertThrows(ApiException.class, () -> client.get("/api/v1/runs"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | {} | The API key is refused",
                "403 | {\"detail\": \"This key may not do that: it takes one with the scope read.\"} | it takes one with the scope read",
                "404 | {} | There is no such thing in this organisation",
                "400 | {\"errors\": [{\"field\": \"state\", \"message\": \"must be one of: running\"}]} | state must be one of: running",
                "429 | {} | asked too often; again in 7 s",
                "503 | {\"detail\": \"Try again in a moment.\"} | Try again in a moment.",
                "502 | <html>Bad gateway</html> | is not this API, or does not let it through (status 502)",
                "301 | '' | is not this API, or does not let it through (status 301)",
                "200 | <html>Welcome</html> | is not this API",
            })
    void saysWhatARefusalMeans(int answered, String with, String says) throws Exception {
        // given
        status = answered;
        body = with;

        // when
        ApiException refused = refused(client());

        // then
        assertTrue(refused.getMessage().contains(says), refused.getMessage());
        assertFalse(refused.getMessage().contains("ags_secret"), refused.getMessage());
        assertEquals(List.of("/api/v1/runs Bearer ags_secret"), asked);
    }

    @Test
    void saysThatNothingAnswers() throws Exception {
        // given
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        // when
        ApiException refused = refused(new ApiAccess(null, URI.create("http://127.0.0.1:" + free)).client(ENVIRONMENT));

        // then
        assertTrue(refused.getMessage().startsWith("Nothing answers at http://127.0.0.1:" + free + ": "), refused.getMessage());
        assertTrue(refused.isPassing());
    }

    @Test
    void saysThatThereIsNoTls() throws Exception {
        // given somebody who speaks HTTP without being asked for it
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture.supplyAsync(() -> {
                try (Socket peer = plain.accept()) {
                    peer.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    return peer.getInputStream().readAllBytes().length;
                } catch (IOException gone) {
                    return 0;
                }
            }, Thread::startVirtualThread);

            // when
            ApiException refused =
                    refused(new ApiAccess(null, URI.create("https://127.0.0.1:" + plain.getLocalPort())).client(ENVIRONMENT));

            // then
            assertTrue(refused.getMessage().startsWith("There is no TLS to be had with "), refused.getMessage());
        }
    }

    @Test
    void saysThatACertificateIsNotTrusted(@TempDir Path directory) throws Exception {
        // given
        var secure = com.sun.net.httpserver.HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new com.sun.net.httpserver.HttpsConfigurator(Certificates.make(directory, "ip:127.0.0.1", 10)));
        secure.start();
        try {
            // when
            ApiException refused = refused(
                    new ApiAccess(null, URI.create("https://127.0.0.1:" + secure.getAddress().getPort())).client(ENVIRONMENT));

            // then
            assertTrue(refused.getMessage().contains("is not one that this machine trusts"), refused.getMessage());
        } finally {
            secure.stop(0);
        }
    }

    @Test
    void saysThatNoSystemHasRunInADirectory(@TempDir Path directory) {
        // when
        ApiException refused = assertThrows(ApiException.class, () -> new ApiAccess(directory, null).client(Map.of()));

        // then
        assertTrue(refused.getMessage().startsWith("No system has run in " + directory), refused.getMessage());
        assertTrue(refused.getMessage().contains("./agent-stream up --data " + directory), refused.getMessage());
    }

    @Test
    void saysHowToStartASystemThatDoesNotRunAnyMore(@TempDir Path directory) throws Exception {
        // given
        Files.writeString(directory.resolve("demo.json"), "{\"api_url\": \"" + url() + "\", \"api_key\": \"ags_demo\"}");
        server.stop(0);

        // when
        ApiException refused = refused(new ApiAccess(directory, null).client(Map.of()));

        // then
        assertTrue(refused.getMessage().contains("Start it with ./agent-stream up --data " + directory), refused.getMessage());
    }

    @Test
    void saysThatTheWordOfASystemIsDamaged(@TempDir Path directory) throws Exception {
        // given
        Files.writeString(directory.resolve("demo.json"), "{\"api_url\": ");

        // when
        ApiException refused = assertThrows(ApiException.class, () -> new ApiAccess(directory, null).client(Map.of()));

        // then
        assertTrue(refused.getMessage().contains("is damaged"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"api.example.com", "ftp://api.example.com", "https://api.example.com/api/v1", "https://user@api.example.com"})
    void takesNoUrlThatIsNotAnApis(String url) {
        assertThrows(ApiException.class, () -> new ApiAccess(null, URI.create(url)).client(ENVIRONMENT));
    }

    @Test
    void wantsTheKeyInTheEnvironment() {
        // when
        ApiException refused = assertThrows(
                ApiException.class, () -> new ApiAccess(null, URI.create("https://api.example.com")).client(Map.of()));

        // then
        assertTrue(refused.getMessage().startsWith("AGENT_STREAM_API_KEY is not set"), refused.getMessage());
    }

    @Test
    void goesThroughAListPageByPage() throws Exception {
        // given
        body = "{\"items\": [1, 2], \"next_cursor\": \"c+1\"}";
        List<Integer> items = new ArrayList<>();

        // when
        try (ApiClient client = client()) {
            client.each("/list", Map.of("caller", "+1 &"), item -> {
                items.add(item.intValue());
                if (items.size() == 4) {
                    body = "{\"items\": [], \"next_cursor\": null}";
                }
                return true;
            });
        }

        // then
        assertEquals(List.of(1, 2, 1, 2), items);
        assertEquals(
                List.of("/list?caller=%2B1+%26", "/list?caller=%2B1+%26&cursor=c%2B1", "/list?caller=%2B1+%26&cursor=c%2B1"),
                asked.stream().map(line -> line.replaceAll(" .*", "")).toList());
    }
}
