package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.SilentUtterance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A conversation has its mouth before it has something to say.
final class PreparedMouthTest {

    private static final JsonNode GRAPH = Json.MAPPER.readTree("""
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "elevenlabs", "model": "first", "key": "c"}, {"service": "cartesia", "model": "second", "key": "d"}]},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help."}}}
            """);

    private final List<String> happened = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private boolean hasMouths = true;
    private long nowMs = 1_000;
    private final CascadeEngine engine = new CascadeEngine(_ -> new Services(), FailureListener.NOBODY, () -> nowMs);

    private final class Services extends NoPorts {

        @Override
        public Mouth mouth(Service service, Settings settings) {
            if (!hasMouths) {
                throw new IllegalStateException("not here");
            }
            happened.add("opened " + service.model());
            return new Recorded(String.valueOf(service.model()));
        }
    }

    private final class Recorded implements Mouth {

        private final String model;

        private Recorded(String model) {
            this.model = model;
        }

        @Override
        public void warmUp() {
            happened.add("connects " + model);
        }

        @Override
        public Utterance speak(Listener listener) {
            happened.add("speaks " + model);
            return new SilentUtterance();
        }

        @Override
        public void close() {
            happened.add("closes " + model);
        }
    }

    private AgentSession opened() {
        return engine.open(
                new AgentEngine.Opening(
                        CallId.of(1, 1, 1), 7, GRAPH, Json.MAPPER.readTree("{}"), MediaFormat.MULAW_8K,
                        Dialogues.of(GRAPH, Json.MAPPER.readTree("{}")), null),
                answers::add);
    }

    @Test
    void theFirstMouthIsConnectedBeforeTheFirstLineAndSpeaksIt() {
        AgentSession session = opened();
        List<String> before = List.copyOf(happened);

        session.perform(new Speak(1, 1, 0, "Hello."));
        session.close();

        assertEquals(List.of("opened first", "connects first"), before);
        assertEquals(List.of("opened first", "connects first", "speaks first", "closes first"), happened);
    }

    @Test
    void aMouthThatCannotBeHadIsToldByTheFirstLine() {
        hasMouths = false;
        AgentSession session = opened();
        List<Answer> before = List.copyOf(answers);

        session.perform(new Speak(1, 1, 0, "Hello."));

        assertEquals(List.of(), before);
        assertInstanceOf(MouthFailed.class, answers.getFirst());
    }

    @Test
    void ofManyCallsThatBeginAtOnceAFewAreConnectedInASecondAndTheOthersWhenTheySpeak() {
        // given as many as a worker takes over
        AgentSession last = opened();
        for (int n = 1; n < 500; n++) {
            last = opened();
        }
        long connected = happened.stream().filter("connects first"::equals).count();

        // when
        last.perform(new Speak(1, 1, 0, "Hello."));
        nowMs += 1_000;
        opened();

        // then
        assertEquals(Preparations.IN_SECOND, connected);
        assertEquals(List.of("opened first", "speaks first", "opened first", "connects first"), happened.subList(happened.size() - 4, happened.size()));
    }
}
