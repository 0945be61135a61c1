package io.agentstream.agents.definition;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the agent hears, thinks and speaks with: of each the first that works, in this order. Immutable; any thread.
///
/// @param ears speech to text
/// @param brains language models
/// @param mouths text to speech
/// @param realtime speech to speech; the only ones where the engine is `realtime`, and none where it is not
public record Services(List<Service> ears, List<Service> brains, List<Service> mouths, List<Service> realtime) {

    /// Names of the services of each kind. One that is added stands here, in the schema, and below `worker.service`.
    public static final Set<String> EARS = Set.of("deepgram", "openai", "offline");

    public static final Set<String> BRAINS = Set.of("openai", "anthropic");
    public static final Set<String> MOUTHS = Set.of("elevenlabs", "cartesia", "openai", "offline");
    public static final Set<String> REALTIME = Set.of("openai");

    /// One service. Does not print its address.
    ///
    /// @param service which one
    /// @param model null: the service's usual one
    /// @param baseUrl null: the service's own; for whatever speaks the same protocol somewhere else
    /// @param voice null: [Settings#voice()]
    /// @param key the name of a stored key, never the key; null: the service wants none
    /// @param temperature null: the service's usual one; of brains
    /// @param maxTokens the longest answer; null: the service's usual; of brains and speech to speech
    /// @param options an object with further settings by name, of those that [ServiceOptions] knows; of ears, brains and mouths
    public record Service(
            String service,
            @Nullable String model,
            @Nullable String baseUrl,
            @Nullable String voice,
            @Nullable String key,
            @Nullable Double temperature,
            @Nullable Integer maxTokens,
            JsonNode options) {

        /// Without options.
        public Service(
                String service, @Nullable String model, @Nullable String baseUrl, @Nullable String voice, @Nullable String key, @Nullable Double temperature,
                @Nullable Integer maxTokens) {
            this(service, model, baseUrl, voice, key, temperature, maxTokens, ServiceOptions.NONE);
        }

        @Override
        public String toString() {
            return "Service[" + service + ", " + model + "]";
        }
    }
}
