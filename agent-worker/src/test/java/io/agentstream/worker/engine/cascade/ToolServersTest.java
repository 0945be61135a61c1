package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Tool;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.ServiceFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
            new ToolServers(
                    GRAPH, CallId.of(1, 1, 1), _ -> new KnowledgeBase(listed, () -> asked.add("closed")),
                    (kind, failure) -> failures.add(kind + " " + failure.kind()));

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
