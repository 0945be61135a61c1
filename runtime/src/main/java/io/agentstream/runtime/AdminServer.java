package io.agentstream.runtime;

import io.agentstream.schemas.Json;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Owns the administration port of a service: `/healthz`, `/readyz` and `/metrics`, which the public need not reach. A few threads
/// of its own, so that it answers also when the service's port is busy. Any thread.
public final class AdminServer implements AutoCloseable {

    private static final int IO_THREADS = 1;
    private static final int WORKERS = 2;

    /// Whoever asks is one of ours, and asks for what is said at once.
    private static final int CONNECTIONS = 500;

    private static final int CONNECTIONS_PER_ADDRESS = 250;
    private static final Duration REQUEST_TIME = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIME = Duration.ofSeconds(30);

    private final HttpServer http;

    private AdminServer(HttpServer http) {
        this.http = http;
    }

    /// @param port port to listen on, 0 for any free one
    /// @throws PortTakenException where it cannot listen there; says where
    public static AdminServer start(String bindAddress, int port, Metrics metrics, Readiness readiness) {
        return start(bindAddress, port, metrics, readiness, AdminServer::nothing);
    }

    /// @param other answers what is none of the three paths; must not block the thread that it is called by
    public static AdminServer start(String bindAddress, int port, Metrics metrics, Readiness readiness, HttpHandler other) {
        HttpServer.Bounds bounds = new HttpServer.Bounds(
                CONNECTIONS, CONNECTIONS_PER_ADDRESS, Networks.NONE, REQUEST_TIME, ANSWER_TIME,
                metrics.counter("agent_stream_admin_connections_cut")::increment);
        return new AdminServer(HttpServer.start(bindAddress, port, IO_THREADS, WORKERS, bounds, routes(metrics, readiness, other)));
    }

    /// There is nothing of the path.
    public static void nothing(HttpServerExchange exchange) {
        send(exchange, 404, "text/plain; charset=utf-8", "Not found\n");
    }

    /// A handler for a public port: answers `/healthz`, and hands everything else on.
    public static HttpHandler alive(HttpHandler next) {
        return exchange -> {
            if (exchange.getRequestPath().equals("/healthz")) {
                alive(exchange);
            } else {
                next.handleRequest(exchange);
            }
        };
    }

    private static HttpHandler routes(Metrics metrics, Readiness readiness, HttpHandler other) {
        return exchange -> {
            switch (exchange.getRequestPath()) {
                case "/healthz" -> alive(exchange);
                case "/readyz" -> ready(exchange, readiness);
                case "/metrics" -> exchange.dispatch(() ->
                        send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
                default -> other.handleRequest(exchange);
            }
        };
    }

    private static void alive(HttpServerExchange exchange) {
        send(exchange, 200, "application/json", "{\"status\":\"alive\"}\n");
    }

    private static void ready(HttpServerExchange exchange, Readiness readiness) {
        List<String> reasons = readiness.reasons();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", reasons.isEmpty() ? "ready" : "not ready");
        body.put("reasons", reasons);
        send(exchange, reasons.isEmpty() ? 200 : 503, "application/json", Json.MAPPER.writeValueAsString(body) + "\n");
    }

    private static void send(HttpServerExchange exchange, int status, String type, String body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseSender().send(body);
    }

    /// The port that the server listens on.
    public int port() {
        return http.port();
    }

    @Override
    public void close() {
        http.close();
    }
}
