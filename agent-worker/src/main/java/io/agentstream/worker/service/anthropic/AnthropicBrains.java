package io.agentstream.worker.service.anthropic;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.BrainService;
import io.agentstream.worker.service.BrainSettings;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.StreamedBrain;
import io.agentstream.worker.service.wire.StreamedBrain.Answer;
import io.agentstream.worker.service.wire.StreamedBrain.Dialect;
import io.agentstream.worker.service.wire.Wire;
import java.net.URI;
import java.util.Map;

/// Anthropic's messages API, streamed.
public final class AnthropicBrains implements BrainService {

    private static final URI BASE = URI.create("https://api.anthropic.com/v1");
    private static final String VERSION = "2023-06-01";

    private final Wire wire;

    public AnthropicBrains(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public Brain open(BrainSettings settings) {
        return new StreamedBrain(wire, settings.connection(), new MessagesApi(settings));
    }

    private record MessagesApi(BrainSettings settings) implements Dialect {

        @Override
        public URI url() {
            URI given = settings.connection().url();
            return new Query(given == null ? BASE : given, "http", "/messages").uri();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return Map.of("x-api-key", key.reveal(), "anthropic-version", VERSION);
        }

        @Override
        public String body(BrainRequest request) {
            return MessagesRequest.body(settings, request).toString();
        }

        @Override
        public Answer answer() {
            return new MessagesAnswer();
        }
    }
}
