package io.agentstream.agents.conversation;

import io.agentstream.agents.definition.HttpCall;
import io.agentstream.agents.definition.Templates;
import io.agentstream.agents.definition.Values;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A request to another system, as it is to be sent but for the key, of which the name stands here: no effect holds a key. Immutable; does not
/// print its address or what it sends.
///
/// @param headers by name
/// @param body JSON; null: none
/// @param key the name of a stored key; null: none
/// @param keyHeader the header that carries the key; null: `Authorization`, behind `Bearer`
/// @param timeoutMs how long the whole may take, each time
/// @param maxBytes the largest answer that is taken
/// @param retries how often it is sent again, with the same idempotency key, where it failed without an answer
public record HttpRequest(
        String method,
        String url,
        Map<String, String> headers,
        @Nullable String body,
        @Nullable String key,
        @Nullable String keyHeader,
        int timeoutMs,
        int maxBytes,
        int retries)
        implements ToolRequest {

    public HttpRequest {
        headers = Map.copyOf(headers);
    }

    /// The call with the values of its variables.
    public static HttpRequest of(HttpCall call, Values values) {
        Map<String, String> headers = new TreeMap<>();
        call.headers().forEach((name, template) -> headers.put(name, Templates.header(template, values)));
        JsonNode body = call.body();
        return new HttpRequest(
                call.method().name(), Templates.url(call.url(), values), headers,
                body == null ? null : Templates.body(body, values).toString(), call.key(), call.keyHeader(), call.timeoutMs(),
                call.maxBytes(), call.retries());
    }

    @Override
    public String toString() {
        return "HttpRequest[" + method + ", " + timeoutMs + " ms]";
    }
}
