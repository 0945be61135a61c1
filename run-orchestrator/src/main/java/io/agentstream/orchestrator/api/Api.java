package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.undertow.server.HttpHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// The REST API as one handler: everything below `/api/v1/`, and `/openapi.yaml`. Any other path is answered 404. Requests
/// are handled on virtual threads; the I/O thread that brings one is free at once.
public final class Api implements AutoCloseable {
    static final String OPENAPI_PATH = "/openapi.yaml";

    private final List<Route> routes;
    private final Edge edge;
    private final byte[] openApi;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("orchestrator-api-", 0).factory());

    /// `gatewayUrl`: where callers' sockets come in, such as `wss://gw.example.com`, for the `stream_url` of agents.
    public Api(Database database, CredentialsCipher cipher, String gatewayUrl) {
        this(database, cipher, gatewayUrl, Duration.ofSeconds(15));
    }

    Api(
            Database database,
            CredentialsCipher cipher,
            String gatewayUrl,
            Duration bodyTimeout) {
        this.routes = Stream.of(
                        new TenantRoutes(database).routes(),
                        new AgentRoutes(database, gatewayUrl).routes(),
                        new TelephonyRoutes(database, cipher).routes(),
                        new RunRoutes(database).routes())
                .flatMap(List::stream)
                .toList();
        this.edge = new Edge(new Router(routes), database, bodyTimeout);
        this.openApi = resource("openapi.yaml");
    }

    public HttpHandler handler() {
        return exchange -> {
            boolean get = exchange.getRequestMethod().equalToString("GET")
                    || exchange.getRequestMethod().equalToString("HEAD");
            if (get && exchange.getRequestPath().equals(OPENAPI_PATH)) {
                exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/yaml");
                exchange.getResponseSender().send(ByteBuffer.wrap(openApi));
                return;
            }
            exchange.dispatch(threads, onVirtualThread -> {
                onVirtualThread.startBlocking();
                edge.handle(onVirtualThread);
            });
        };
    }

    List<Route> routes() {
        return routes;
    }

    /// Requests that are being handled are broken off.
    @Override
    public void close() {
        threads.shutdownNow();
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
