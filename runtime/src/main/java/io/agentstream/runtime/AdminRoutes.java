package io.agentstream.runtime;

import io.agentstream.schemas.Json;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Answers `/healthz`, `/readyz` and `/metrics`, and hands everything else on. Called by Undertow's I/O threads.
public final class AdminRoutes implements HttpHandler {

    private final Metrics metrics;
    private final Readiness readiness;
    private final HttpHandler next;

    public AdminRoutes(Metrics metrics, Readiness readiness, HttpHandler next) {
        this.metrics = metrics;
        this.readiness = readiness;
        this.next = next;
    }

    /// For a service that answers nothing else.
    public static HttpHandler notFound() {
        return exchange -> send(exchange, 404, "text/plain; charset=utf-8", "Not found\n");
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        switch (exchange.getRequestPath()) {
            case "/healthz" -> send(exchange, 200, "application/json", "{\"status\":\"alive\"}\n");
            case "/readyz" -> ready(exchange);
            case "/metrics" -> exchange.dispatch(() ->
                    send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
            default -> next.handleRequest(exchange);
        }
    }

    private void ready(HttpServerExchange exchange) {
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
}
