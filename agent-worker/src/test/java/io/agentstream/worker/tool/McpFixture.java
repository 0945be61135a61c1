package io.agentstream.worker.tool;


import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.definition.Tool;
import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedMcp;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/// A server of tools that is played, and the client that asks it.
abstract class McpFixture {

    static final String USE = "call/1-abc";
    static final String SCHEMA = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\",\"properties\":{\"q\":{\"type\":\"string\"}}}";
    static final KeySource KEY = () -> new Secret("sk-kb");

    final PlayedMcp played = PlayedMcp.serving()
            .tool("search", "Searches.", SCHEMA, "")
            .tool("look.up", "Looks it up.", SCHEMA, "{\"readOnlyHint\":true}");
    final Wire wire = Given.wire();
    final Told<String> told = new Told<>();

    @AfterEach
    void end() throws IOException {
        wire.close();
        played.close();
    }

    Tool.Mcp definition(Set<String> allow, int timeoutMs, int maxBytes) {
        return new Tool.Mcp("kb", played.url() + PlayedMcp.PATH, "kb", null, allow, timeoutMs, maxBytes);
    }

    ToolServer open(Set<String> allow, int timeoutMs, int maxBytes) {
        return open(wire, definition(allow, timeoutMs, maxBytes), KEY);
    }

    /// With time for a busy machine to find out what there is.
    static ToolServer open(Wire wire, Tool.Mcp server, KeySource key) {
        McpServer opened = new McpServer(wire, server, key, 20_000);
        opened.open();
        return opened;
    }

    ToolServer open() {
        return open(Set.of(), 10_000, 16_384);
    }

    static Optional<ServiceFailure> listed(ToolServer server) throws Exception {
        return server.listed().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    static List<String> names(ToolServer server) {
        return server.tools().stream().map(BrainRequest.Tool::name).toList();
    }

    Tools.Use use(ToolServer server, String tool, boolean again) {
        McpRequest request = new McpRequest("kb", tool);
        return server.use(
                request, new CallTool(1, 1, "1-abc", tool, "{\"q\":\"opening hours\"}", request, again), USE,
                (failed, result) -> told.on((failed ? "failed " : "done ") + result));
    }

    String result(ToolServer server, String tool) {
        int before = told.all().size();
        use(server, tool, false);
        return told.await(String.class, before + 1).getLast();
    }

    List<String> methods() {
        return played.asked().stream()
                .map(Asked::body)
                .filter(body -> !body.isEmpty())
                .map(body -> Json.MAPPER.readTree(body).path("method").asString("an answer"))
                .toList();
    }
}
