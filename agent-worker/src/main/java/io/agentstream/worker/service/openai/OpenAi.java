package io.agentstream.worker.service.openai;

import io.agentstream.runtime.Secret;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where OpenAI is, and how a request proves itself there.
final class OpenAi {

    static final String NAME = "openai";
    private static final URI BASE = URI.create("https://api.openai.com/v1");

    private OpenAi() {}

    static URI base(@Nullable URI given) {
        return given == null ? BASE : given;
    }

    /// Azure wants the key in a header of its own; a server of somebody's own may want none.
    static Map<String, String> proof(URI base, Secret key) {
        if (key.reveal().isEmpty()) {
            return Map.of();
        }
        boolean azure = String.valueOf(base.getHost()).toLowerCase(Locale.ROOT).endsWith(".azure.com");
        return azure ? Map.of("api-key", key.reveal()) : Map.of("Authorization", "Bearer " + key.reveal());
    }
}
