package io.agentstream.worker.service.openai;

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

/// Chat completions, streamed: OpenAI, Azure, and whatever server is compatible with them and named by its URL. Other servers are asked for
/// `max_tokens`, the older name, unless the options name a limit themselves.
public final class OpenAiBrains implements BrainService {

    private final Wire wire;

    public OpenAiBrains(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String name() {
        return OpenAi.NAME;
    }

    @Override
    public Brain open(BrainSettings settings) {
        return new StreamedBrain(wire, settings.connection(), new Chat(settings));
    }

    private record Chat(BrainSettings settings) implements Dialect {

        private URI base() {
            return OpenAi.base(settings.connection().url());
        }

        @Override
        public URI url() {
            return new Query(base(), "http", "/chat/completions").uri();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return OpenAi.proof(base(), key);
        }

        @Override
        public String body(BrainRequest request) {
            return ChatRequest.body(settings, request).toString();
        }

        @Override
        public Answer answer() {
            return new ChatAnswer();
        }
    }
}
