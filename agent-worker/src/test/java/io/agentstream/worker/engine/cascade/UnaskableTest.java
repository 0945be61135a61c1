package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.PlainBrain;
import io.agentstream.worker.service.PlainMouth;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A service that throws when it is asked is not under way from then on: what it was asked for is told, and nothing more is counted for it.
final class UnaskableTest {

    private static final JsonNode GRAPH = Json.MAPPER.readTree("""
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "elevenlabs", "voice": "v", "key": "c"}]},
             "tools": {"kb": {"type": "mcp", "url": "https://kb.example.com/mcp"}},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help.", "tools": ["kb"]}}}
            """);
    private static final ServiceFailure REFUSED = new ServiceFailure(ServiceFailure.Kind.REFUSED);

    private final List<Answer> answers = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final CompletableFuture<Optional<io.agentstream.worker.service.ServiceFailure>> listed = new CompletableFuture<>();
    /// What the mouth has made, by its own account.
    private long spokenMs;
    private boolean speaks;
    private final AgentSession session = open();

    private final class Throwing extends NoPorts {

        @Override
        public Brain brain(Service service) {
            return new PlainBrain((request, listener) -> {
                throw new IllegalStateException("on purpose");
            });
        }

        @Override
        public Mouth mouth(Service service, Settings settings) {
            return new PlainMouth(listener -> {
                if (!speaks) {
                    throw new IllegalStateException("on purpose");
                }
                return new Mute();
            });
        }

        @Override
        public ToolServer server(Tool.Mcp server) {
            return new KnowledgeBase(listed, () -> { });
        }
    }

    /// Takes no text.
    private final class Mute implements Mouth.Utterance {
        @Override
        public boolean say(String text) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void end() {}

        @Override
        public void cancel() {
            done.add("cancelled");
        }

        @Override
        public Usage usage() {
            return Usage.spoken(0, spokenMs);
        }
    }

    private AgentSession open() {
        JsonNode nothing = Json.MAPPER.createObjectNode();
        return new CascadeEngine(_ -> new Throwing(), FailureListener.NOBODY).open(
                new AgentEngine.Opening(CallId.of(1, 1, 1), 7, GRAPH, nothing, MediaFormat.MULAW_8K, Dialogues.of(GRAPH, nothing), null),
                answers::add);
    }

    private static ServiceUse thought(long requests, long untold) {
        return new ServiceUse(Role.BRAIN, "openai", "m", false, requests, untold, 0, 0, 0, 0, 0, 0, 0);
    }

    private static ServiceUse spoke(long requests, long ms) {
        return new ServiceUse(Role.MOUTH, "elevenlabs", null, false, requests, 0, 0, 0, 0, 0, 0, 0, ms);
    }

    @Test
    void ofABrainThatCannotBeAskedNobodyKnowsWhatItTook() {
        session.perform(new AskBrain(1, 1, 0, new BrainRequest("Help.", List.of(), List.of())));

        assertEquals(List.of(new BrainFailed(1, 1, REFUSED)), answers);
        assertEquals(List.of(thought(1, 1)), session.used(false));
    }

    @Test
    void norOfOneThatCannotBeAskedWhenItsServersHaveSaidWhatTheyHave() {
        session.perform(new AskBrain(1, 1, 0, new BrainRequest("Help.", List.of(), List.of(), List.of("kb"))));

        listed.complete(Optional.empty());

        assertEquals(List.of(new BrainFailed(1, 1, REFUSED)), answers);
        assertEquals(List.of(thought(1, 1)), session.used(false));
    }

    @Test
    void aMouthThatDoesNotSpeakHasNothingUnderWay() {
        session.perform(new Speak(1, 1, 0, "Hello."));

        assertEquals(List.of(new MouthFailed(1, 1, REFUSED)), answers);
        assertEquals(List.of(spoke(1, 0)), session.used(false), "it is over, and so it is told at once");
    }

    @Test
    void aMouthThatTakesNoTextIsStoppedAndNothingMoreIsCounted() {
        // given
        speaks = true;
        spokenMs = 40;

        // when
        session.perform(new Speak(1, 1, 0, "Hello."));
        List<ServiceUse> told = session.used(true);
        spokenMs = 900;

        // then
        assertEquals(List.of(new MouthFailed(1, 1, REFUSED)), answers);
        assertEquals(List.of("cancelled"), done);
        assertEquals(List.of(spoke(1, 40)), told);
        assertEquals(List.of(), session.used(true));
    }
}
