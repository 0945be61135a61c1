package io.agentstream.worker.service;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How a [Brain] is to think.
///
/// @param temperature null: the service's own, which some models insist on
/// @param maxTokens of one answer
/// @param options further parameters of the service's own, put into the request as they are; they replace none of ours
public record BrainSettings(
        Connection connection, String model, @Nullable Double temperature, int maxTokens, JsonNode options) {}
