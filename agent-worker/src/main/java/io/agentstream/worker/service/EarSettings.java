package io.agentstream.worker.service;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// How an [Ear] is to hear.
///
/// @param language as `en`, or what the service has for several
/// @param endpointingMs pause after which the service itself calls a turn over
/// @param keyterms words that it should know
/// @param options further parameters of the service's own, put into the request as they are; they replace none of ours
public record EarSettings(
        Connection connection, String model, String language, int endpointingMs, List<String> keyterms, JsonNode options) {

    public EarSettings {
        keyterms = List.copyOf(keyterms);
    }
}
