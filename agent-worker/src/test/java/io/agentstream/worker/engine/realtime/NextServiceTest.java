package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.HearTurn;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A service that takes the place of one that is lost hears what the caller has just said.
final class NextServiceTest {

    private static final CallId CALL = CallId.of(1, 1, 1);
    private static final JsonNode GRAPH = Json.MAPPER.readTree("""
            {"engine": "realtime",
             "services": {"realtime": [{"service": "openai", "model": "a", "key": "a"}, {"service": "openai", "model": "b", "key": "b"}]},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help."}}}
            """);

    private final List<String> done = new ArrayList<>();
    private final AgentSession session = new RealtimeEngine(_ -> new Played(), FailureListener.NOBODY).open(
            new AgentEngine.Opening(
                    CALL, 7, GRAPH, Json.MAPPER.createObjectNode(), MediaFormat.MULAW_8K,
                    Dialogues.of(GRAPH, Json.MAPPER.createObjectNode()), null),
            answer -> true);

    private final class Played extends NoSpeechPorts {

        @Override
        public Realtime realtime(
                Service named, Settings settings, String instructions, List<io.agentstream.worker.service.BrainRequest.Tool> tools,
                List<Message> history, Realtime.Listener listener) {
            done.add(named.model() + " knows " + history.stream().map(Message.Caller.class::cast).map(Message.Caller::text).toList());
            return new Noting();
        }
    }

    private final class Noting extends SilentRealtime {
        private int bytes;

        @Override
        public void hear(Slice audio) {
            bytes += audio.length();
        }

        @Override
        public void finish(int turn) {
            done.add("turn " + turn + " of " + bytes + " bytes");
        }

        @Override
        public void forget() {
            bytes = 0;
        }
    }

    private void open(int service, Remark... history) {
        session.perform(new OpenSpeech(service + 1, service, new BrainRequest("Help.", List.of(history), List.of())));
    }

    private void sounds(int frames) {
        for (int n = 0; n < frames; n++) {
            session.hear(new MediaFrame.Audio(CALL, n, n * 20L, n * 20L, Slice.of(new byte[160])));
        }
    }

    private void says() {
        sounds(5);
        session.perform(new HearTurn(2, 100));
        sounds(5);
    }

    @Test
    void whatIsNotAnsweredIsHeardByTheNextService() {
        open(0);
        says();
        session.perform(new FinishHearing(1));

        open(1, Remark.caller("Earlier."), Remark.unworded(2));

        assertEquals(List.of("a knows []", "turn 2 of 1600 bytes", "b knows [Earlier.]", "turn 2 of 1600 bytes"), done);
    }

    @Test
    void whatWasAnsweredOrIsKnownInWordsIsNot() {
        open(0);
        says();
        session.perform(new FinishHearing(1));

        open(1, Remark.unworded(2), Remark.caller("In words."));

        assertEquals(List.of("a knows []", "turn 2 of 1600 bytes", "b knows [" + Remark.unworded(2).text() + ", In words.]"), done);
    }

    @Test
    void aTurnThatIsNotOverIsNoneYet() {
        open(0);
        says();

        open(1, Remark.unworded(2));

        assertEquals(List.of("a knows []", "b knows [" + Remark.unworded(2).text() + "]"), done);
    }
}
