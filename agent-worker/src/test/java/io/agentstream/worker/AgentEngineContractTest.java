package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentEngines;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// What every engine of the list has to keep. Its voice takes as long as the test wants it to.
class AgentEngineContractTest {

    private static final long LOOP_LIMIT_NS = 1_000_000_000L;

    /// A definition for each engine: a new engine needs a line here.
    private static final Map<String, String> DEFINITIONS = Map.of(
            "echo", "{\"engine\":\"echo\"}",
            "cascade", "{\"engine\":\"cascade\",\"start\":\"a\",\"nodes\":{\"a\":{\"type\":\"hangup\",\"say\":\"Hello.\"}}}",
            "realtime", """
                    {"engine":"realtime","services":{"realtime":[{"service":"openai","model":"m"}]},"start":"a",
                     "nodes":{"a":{"type":"hangup","say":"Hello."}}}""",
            "scripted", "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\"Hello.\",\"on_digit\":{\"any\":\"a\"}}}}");

    private final CountDownLatch voice = new CountDownLatch(1);
    private final LinkedBlockingQueue<Answer> replies = new LinkedBlockingQueue<>();
    private final Wire wire = new Wire(Networks.NONE);
    private final AgentEngines engines =
            WorkerService.engines(Map.of("kevin16", this::speak), wire, new ServiceKeys(Map.of(), StoredKeys.NONE), FailureListener.NOBODY);

    @AfterEach
    void end() throws IOException {
        wire.close();
    }

    private byte[] speak(String text) {
        try {
            assertTrue(voice.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new byte[160];
    }

    @TestFactory
    Stream<DynamicTest> engines() {
        return engines.all().stream().map(engine -> DynamicTest.dynamicTest(engine.name(), () -> {
            AgentEngineContractTest fresh = new AgentEngineContractTest();
            try {
                fresh.keepsTheContract(fresh.engines.of(definition(engine.name())).orElseThrow());
            } finally {
                fresh.end();
            }
        }));
    }

    /// An agent that may be saved has a worker, and a worker's engine can be named.
    @Test
    void thereIsAnEngineForEachThatADefinitionMayName() {
        assertEquals(AgentDefinitions.ENGINES, engines.all().stream().map(AgentEngine::name).collect(Collectors.toSet()));
    }

    private static JsonNode definition(String engine) {
        String definition = DEFINITIONS.get(engine);
        assertNotNull(definition, "no definition for " + engine);
        return Json.MAPPER.readTree(definition);
    }

    private void keepsTheContract(AgentEngine engine) throws Exception {
        // never blocks the loop, however slow its voice is
        AgentSession stopped = begin(engine);

        // silent after stop
        atOnce(() -> stop(engine, stopped));
        replies.clear();
        voice.countDown();
        atOnce(() -> stopped.hear(frame()));

        // answers the next turn, in order, with nothing but that turn
        if (engine.takesTurns()) {
            atOnce(() -> stopped.perform(hello(engine, 2)));
            List<Answer> answer = List.of(reply(), reply());
            assertEquals(2, ((MouthSpoke) answer.get(0)).turn());
            assertEquals(2, ((MouthDone) answer.get(1)).turn());
        } else {
            atOnce(() -> stopped.flow(2));
            atOnce(() -> stopped.hear(frame()));
            assertEquals(new ReplyPart(2, "", frame().payload()), reply());
        }

        // silent after close, twice: nothing comes of it before another session has answered, nor after
        AgentSession closed = begin(engine);
        atOnce(closed::close);
        atOnce(closed::close);
        replies.clear();
        atOnce(() -> closed.perform(hello(engine, 2)));
        atOnce(() -> closed.hear(frame()));
        AgentSession other = begin(engine);
        atOnce(() -> other.hear(frame()));
        int answers = engine.takesTurns() ? 2 : 1;
        for (int n = 0; n < answers; n++) {
            assertEquals(1, turn(reply()));
        }
        assertEquals(null, replies.poll());
    }

    /// With the voice that needs no service: of a service of speech it is the one behind that.
    private static Speak hello(AgentEngine engine, int turn) {
        return new Speak(turn, 0, engine.name().equals("realtime") ? 1 : 0, "Hello.");
    }

    private static int turn(Answer reply) {
        if (reply instanceof ReplyPart part) {
            return part.turn();
        }
        return reply instanceof MouthSpoke spoke ? spoke.turn() : ((MouthDone) reply).turn();
    }

    private static void stop(AgentEngine engine, AgentSession session) {
        if (engine.takesTurns()) {
            session.perform(new StopSpeaking(1));
        } else {
            session.stop(1);
        }
    }

    private AgentSession begin(AgentEngine engine) {
        AgentSession[] session = new AgentSession[1];
        JsonNode definition = definition(engine.name());
        Dialogue dialogue = Dialogues.of(definition, Json.MAPPER.readTree("{}")); // reads its schema the first time
        atOnce(() -> session[0] = engine.open(
                new AgentEngine.Opening(
                        CallId.of(1, 1, 1), 1, definition, Json.MAPPER.readTree("{}"), MediaFormat.MULAW_8K, dialogue, null),
                replies::offer));
        if (engine.takesTurns()) {
            atOnce(() -> session[0].perform(hello(engine, 1)));
        } else {
            atOnce(() -> session[0].flow(1));
        }
        return session[0];
    }

    private Answer reply() throws InterruptedException {
        Answer reply = replies.poll(5, TimeUnit.SECONDS);
        assertNotNull(reply, "no answer");
        return reply;
    }

    private static void atOnce(Runnable call) {
        long startNs = System.nanoTime();
        call.run();
        long tookNs = System.nanoTime() - startNs;
        // The first call loads classes, and the machine may be busy: what is slow is slow by seconds.
        assertTrue(tookNs < LOOP_LIMIT_NS, () -> "took " + tookNs / 1_000_000 + " ms");
    }

    private static MediaFrame.Audio frame() {
        return new MediaFrame.Audio(CallId.of(1, 1, 1), 1, 1, 20, Slice.of(new byte[160]));
    }
}
