package io.agentstream.worker;

import io.agentstream.agents.definition.ServiceOptions;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.schemas.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The options of a definition in the words, and at the places, of their services. Pure; any thread.
final class OptionWords {

    private static final String KEYTERMS = "keyterms";
    private static final String LIMIT_NAME = "limit_name";

    private OptionWords() {}

    static List<String> keyterms(Service ear) {
        return ServiceOptions.ofEar(ear).path(KEYTERMS).valueStream().map(JsonNode::stringValue).toList();
    }

    /// Beside the words that it should know: of the services that have such, all are called as they are here.
    static ObjectNode ofEar(Service ear) {
        return ServiceOptions.ofEar(ear).without(KEYTERMS);
    }

    /// @param maxTokens the longest answer: who names the limit otherwise is told it under that name
    static ObjectNode ofBrain(Service brain, int maxTokens) {
        ObjectNode options = ServiceOptions.ofBrain(brain);
        JsonNode name = options.remove(LIMIT_NAME);
        return name == null ? options : options.put(name.stringValue(), maxTokens);
    }

    static ObjectNode ofMouth(Service mouth) {
        ObjectNode options = ServiceOptions.ofMouth(mouth);
        return switch (mouth.service()) {
            case "elevenlabs" -> within("voice_settings", options);
            case "cartesia" -> within("generation_config", options);
            default -> options;
        };
    }

    private static ObjectNode within(String name, ObjectNode options) {
        ObjectNode whole = Json.MAPPER.createObjectNode();
        if (!options.isEmpty()) {
            whole.set(name, options);
        }
        return whole;
    }
}
