package io.agentstream.worker.service;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How a [Mouth] is to speak.
///
/// @param voice as the service knows it: by an id, or where it goes by names, its name
/// @param language as `en`; null: not said
/// @param options further parameters of the service's own, put into the request as they are; they replace none of ours
public record MouthSettings(
        Connection connection, String model, String voice, @Nullable String language, JsonNode options) {}
