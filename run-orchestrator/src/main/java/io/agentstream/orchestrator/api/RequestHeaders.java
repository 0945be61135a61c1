package io.agentstream.orchestrator.api;

import io.agentstream.runtime.Secret;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a request's headers say.
final class RequestHeaders {

    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");

    private RequestHeaders() {}

    static Call.Asked asked(HttpServerExchange exchange) {
        HeaderMap headers = exchange.getRequestHeaders();
        return new Call.Asked(
                exchange.getRequestMethod().equals(Methods.HEAD),
                only(headers.get(IDEMPOTENCY_KEY)), only(headers.get(Headers.RANGE)), only(headers.get(Headers.IF_RANGE)),
                only(headers.get(LAST_EVENT_ID)));
    }

    /// The API key; nothing where there is none, or several.
    static Optional<Secret> key(HeaderMap headers) {
        HeaderValues values = headers.get(Headers.AUTHORIZATION);
        return values != null && values.size() == 1 && values.getFirst().regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(new Secret(values.getFirst().substring(7).strip()))
                : Optional.empty();
    }

    private static @Nullable String only(@Nullable HeaderValues values) {
        return values != null && values.size() == 1 ? values.getFirst() : null;
    }

    /// What types of an answer the client takes; null: any.
    static @Nullable String accepted(HeaderMap headers) {
        HeaderValues values = headers.get(Headers.ACCEPT);
        return values == null ? null : String.join(",", values);
    }
}
