package io.agentstream.agents.definition;

import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
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

    /// Before the second attempt; the double before each further one.
    private static final long PAUSE_MS = 250;
    private static final int MAX_DOUBLINGS = 4;

    public enum Method {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE
    }

    /// How long it is waited, in milliseconds, before it is sent once more.
    ///
    /// @param retried how often it was sent again so far
    public static long pauseMs(int retried) {
        return PAUSE_MS << Math.min(retried, MAX_DOUBLINGS);
    }

    /// How long it may take, in milliseconds, until the last attempt has failed.
    public long longestMs() {
        return longestMs(timeoutMs, retries);
    }

    /// The same of what was made of such a call.
    public static long longestMs(int timeoutMs, int retries) {
        return (retries + 1L) * timeoutMs + IntStream.range(0, retries).mapToLong(HttpCall::pauseMs).sum();
    }

    @Override
    public String toString() {
        return "HttpCall[" + method + ", " + timeoutMs + " ms]";
    }
}
