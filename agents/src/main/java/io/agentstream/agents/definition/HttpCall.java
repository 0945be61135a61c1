package io.agentstream.agents.definition;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A request to another system. Immutable; any thread. Does not print its address or what it sends.
///
/// @param url scheme, host and port are fixed, and variables stand behind them only: no caller chooses where a request goes
/// @param headers by name
/// @param body JSON with templates in its strings; null: none
/// @param key the name of a stored key, never the key; null: none
/// @param keyHeader the header that carries the key; null: `Authorization`, behind `Bearer`
/// @param timeoutMs how long the whole may take, each time
/// @param maxBytes the largest answer that is taken
/// @param retries how often it is sent again, with the same idempotency key, where it failed without an answer
public record HttpCall(
        Method method,
        Template url,
        Map<String, Template> headers,
        @Nullable JsonNode body,
        @Nullable String key,
        @Nullable String keyHeader,
        int timeoutMs,
        int maxBytes,
        int retries) {

    /// Headers that HTTP has for itself, or the sender of a request says, in small letters.
    public static final Set<String> NOT_TO_BE_SET =
            Set.of("host", "content-length", "connection", "transfer-encoding", "upgrade", "expect", "te", "trailer");

    public enum Method {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE
    }

    @Override
    public String toString() {
        return "HttpCall[" + method + ", " + timeoutMs + " ms]";
    }
}
