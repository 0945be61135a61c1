package io.agentstream.worker.service.wire;

import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Messages of services: read without trust, written with an operator's options. Pure.
public final class Messages {

    /// Longest message of a service, in bytes, and so in characters.
    public static final int MAX_MESSAGE_BYTES = 1 << 20;

    private Messages() {}

    /// Half of a surrogate pair, which nothing of ours can write, becomes U+FFFD.
    ///
    /// @throws ServiceException where it is not a JSON object
    public static JsonNode read(String text) throws ServiceException {
        try {
            JsonNode message = Json.MAPPER.readTree(text);
            if (message != null && message.isObject()) {
                return WellFormed.json(message, text);
            }
        } catch (JacksonException notJson) {
            // Said below; what is wrong with it may quote it.
        }
        throw Broken.because("a message that is no JSON object");
    }

    public static String text(JsonNode message, String key) {
        return message.path(key).asString("");
    }

    /// `options` and over them `ours`: what we say is not replaced.
    public static ObjectNode withOptions(JsonNode options, ObjectNode ours) {
        ObjectNode whole = Json.MAPPER.createObjectNode();
        if (options instanceof ObjectNode given) {
            whole.setAll(given);
        }
        whole.setAll(ours);
        return whole;
    }
}
