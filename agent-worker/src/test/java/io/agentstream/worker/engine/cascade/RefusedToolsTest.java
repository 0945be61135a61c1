package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.PlainBrain;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A brain that does not take the tools of a server is asked without them.
final class RefusedToolsTest {

    private static final JsonNode GRAPH = Json.MAPPER.readTree("""
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}],
                          "brain": [{"service": "openai", "model": "first", "key": "b"}, {"service": "anthropic", "model": "second", "key": "c"}]},
             "tools": {"kb": {"type": "mcp", "url": "https://kb.example.com/mcp"}},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help.", "tools": ["kb"]}}}
            """);
    private static final ServiceFailure BAD_REQUEST = new ServiceFailure.Refused("status 400", true);

    private final List<String> asked = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private Function<Boolean, Thought> thinking = withTools -> withTools
            ? new Thought.Failed(BAD_REQUEST, Usage.NONE)
            : new Thought.Text("Hi.");
    /// What is told later, by somebody who is about to.
    private final List<Runnable> later = new ArrayList<>();
    private boolean atOnce = true;
    private final CascadeEngine engine = new CascadeEngine(_ -> new Played(), (kind, failure) -> failures.add(kind + " " + failure.kind()), () -> 1_000);

    private final class Played extends NoPorts {

        @Override
        public Brain brain(Service service) {
            return new PlainBrain((request, listener) -> {
                boolean withTools = !request.tools().isEmpty();
                asked.add(service.model() + (withTools ? " with tools" : ""));
                Thought thought = thinking.apply(withTools);
                if (atOnce) {
                    listener.on(thought);
                } else {
                    later.add(() -> listener.on(thought));
                }
                return () -> asked.add("cancelled");
            });
        }

        @Override
        public ToolServer server(Tool.Mcp server) {
            return new KnowledgeBase(CompletableFuture.completedFuture(Optional.empty()), () -> { });
        }
    }

    private AgentSession open() {
        JsonNode nothing = Json.MAPPER.createObjectNode();
        return engine.open(
                new AgentEngine.Opening(
                        CallId.of(1, 1, 1), 7, GRAPH, nothing, MediaFormat.MULAW_8K, Dialogues.of(GRAPH, nothing), null),
                answers::add);
    }

    private static AskBrain question(int number) {
        return new AskBrain(1, number, 0, new BrainRequest("Help.", List.of(), List.of(), List.of("kb")));
    }

    @Test
    void itAnswersAllTheSameAndStands() {
        AgentSession session = open();
        session.perform(question(1));
        session.perform(question(2));
        session.close();

        assertEquals(List.of(new BrainSaid(1, 1, "Hi."), new BrainSaid(1, 2, "Hi.")), answers);
        assertEquals(List.of("first with tools", "first", "first"), asked);
        assertEquals(List.of("TOOLS refused"), failures);
    }

    @Test
    void whereItRefusesWithoutThemTooItIsTheBrainThatHasFailed() {
        thinking = withTools -> new Thought.Failed(BAD_REQUEST, Usage.NONE);
        open().perform(question(1));

        assertEquals(List.of(BrainFailed.class), answers.stream().map(Object::getClass).toList());
        assertEquals(List.of("first with tools", "first"), asked);
        assertEquals(List.of("BRAIN refused"), failures);
    }

    @Test
    void aKeyThatItRefusesIsNoAffairOfTheTools() {
        thinking = withTools -> new Thought.Failed(new ServiceFailure.Refused("status 401"), Usage.NONE);
        open().perform(question(1));

        assertEquals(List.of("first with tools"), asked);
        assertEquals(List.of("BRAIN refused"), failures);
    }

    @Test
    void whatIsNotWantedAnyMoreIsNotAskedAgain() {
        atOnce = false;
        AgentSession session = open();
        session.perform(question(1));

        session.perform(new StopBrain(1));
        later.forEach(Runnable::run);

        assertEquals(List.of("first with tools", "cancelled"), asked);
    }
}
