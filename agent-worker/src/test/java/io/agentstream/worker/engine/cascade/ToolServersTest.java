package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/// A brain is asked when it is known what the servers of its agent have.
final class ToolServersTest {

    private static final AgentGraph GRAPH = assertInstanceOf(AgentGraph.Parsed.Valid.class, AgentGraph.parse(Json.MAPPER.readTree("""
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "offline"}]},
             "tools": {"kb": {"type": "mcp", "url": "https://kb.example.com/mcp"}},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help.", "tools": ["kb"]}}}
            """))).graph();

    private final CompletableFuture<Optional<ServiceFailure>> listed = new CompletableFuture<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final ToolServers servers =
            new ToolServers(GRAPH, CallId.of(1, 1, 1), new Servers()::server, (kind, failure) -> failures.add(kind + " " + failure.kind()));

    private final class Servers implements Ports {

        @Override
        public Ear ear(Service service, Settings settings, Ear.Listener listener) {
            throw new IllegalStateException("not here");
        }

        @Override
        public Brain brain(Service service) {
            throw new IllegalStateException("not here");
        }

        @Override
        public Mouth mouth(Service service, Settings settings) {
            throw new IllegalStateException("not here");
        }

        @Override
        public Tools tools() {
            throw new IllegalStateException("not here");
        }

        @Override
        public ToolServer server(Tool.Mcp server) {
            return new ToolServer() {
                @Override
                public CompletionStage<Optional<ServiceFailure>> listed() {
                    return listed;
                }

                @Override
                public List<BrainRequest.Tool> tools() {
                    return List.of(new BrainRequest.Tool("kb_search", "", Json.MAPPER.createObjectNode()));
                }

                @Override
                public Tools.Use use(McpRequest request, String arguments, String key, Tools.Listener listener) {
                    throw new IllegalStateException("not here");
                }

                @Override
                public void close() {
                    asked.add("closed");
                }
            };
        }
    }

    private Brain.Answering ask(List<String> names) {
        return servers.whenListed(
                names,
                tools -> {
                    asked.add("asked with " + tools.stream().map(BrainRequest.Tool::name).toList());
                    return () -> asked.add("cancelled");
                },
                notAsked -> asked.add("not asked"));
    }

    @Test
    void whoNeedsNoServerWaitsForNone() {
        ask(List.of());

        assertEquals(List.of("asked with []"), asked);
    }

    @Test
    void whoNeedsOneIsAskedWhenItHasSaidWhatItHas() {
        Brain.Answering answering = ask(List.of("kb"));
        assertEquals(List.of(), asked);

        listed.complete(Optional.empty());
        assertEquals(List.of("asked with [kb_search]"), asked);

        answering.cancel();
        assertEquals(List.of("asked with [kb_search]", "cancelled"), asked);
    }

    @Test
    void whoIsNotWantedAnyMoreIsNotAsked() {
        ask(List.of("kb")).cancel();

        listed.complete(Optional.empty());

        assertEquals(List.of(), asked);
    }

    @Test
    void aServerThatDoesNotSayItIsNotWaitedForAndCounted() {
        ask(List.of("kb"));

        listed.complete(Optional.of(new ServiceFailure.Silent(2_500)));

        assertEquals(List.of("asked with [kb_search]"), asked);
        assertEquals(List.of("TOOLS silent"), failures);
    }

    @Test
    void aBrainThatCannotBeAskedThenHasFailed() {
        servers.whenListed(
                List.of("kb"),
                tools -> {
                    throw new IllegalStateException("no such brain");
                },
                notAsked -> asked.add("not asked"));

        listed.complete(Optional.empty());

        assertEquals(List.of("not asked"), asked);
    }

    @Test
    void theServersAreClosedWithTheConversation() {
        servers.close();

        assertEquals(List.of("closed"), asked);
    }
}
