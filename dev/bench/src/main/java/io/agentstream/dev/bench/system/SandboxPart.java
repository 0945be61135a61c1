package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.process.Part;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The provider's REST API in a process of its own; it knows one domain.
public final class SandboxPart implements Part {

    private final CloudonixSandbox sandbox;

    /// @param settings `domain` and `token`
    public SandboxPart(JsonNode settings) {
        sandbox = CloudonixSandbox.start(
                "127.0.0.1", 0, Map.of(settings.path("domain").asString(), settings.path("token").asString()));
    }

    @Override
    public Object opened() {
        return Map.of("url", sandbox.url().toString());
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
