package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedRealtime;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.engine.realtime.NoSpeechPorts;
import io.agentstream.worker.engine.realtime.RealtimeEngine;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.offline.OfflineMouths;
import io.agentstream.worker.service.openai.OpenAiRealtimes;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// An agent of which one service hears the caller, thinks and speaks, from the frame to the reply: the service is played, over a real socket.
class RealtimeLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String GRAPH = """
            {"engine": "realtime",
             "services": {"realtime": [{"service": "openai", "model": "m"}]},
             "prompt": "You are kind.",
             "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders"},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
             "start": "talk",
             "nodes": {"talk": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "tools": ["order", "bye"]}}}
            """;
    private static final String STORY = "It left our house on Monday, and should be with you on Friday.";

    private final Wire wire = Given.wire();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final List<ServiceFailure> failures = new CopyOnWriteArrayList<>();
    private PlayedRealtime server = PlayedRealtime.start(PlayedVoice.PROMPT, Answer.says(STORY));
    private final LoopFixture fixture = new LoopFixture(engines());
    private final LoopCaller caller = new LoopCaller(CALL, 24_000);

    private io.agentstream.worker.engine.AgentEngines engines() {
        return LoopFixture.engines(new RealtimeEngine(_ -> new ToServer(), (kind, failure) -> {
            assertEquals(FailureListener.Kind.REALTIME, kind);
            failures.add(failure);
        }));
    }

    @AfterEach
    void end() throws IOException {
        server.close();
        wire.close();
    }

    private final class ToServer extends NoSpeechPorts {
        @Override
        public Realtime realtime(
                Service service, Settings settings, String instructions, List<BrainRequest.Tool> tools, List<Message> history,
                Realtime.Listener listener) {
            return new OpenAiRealtimes(wire).open(
                    new RealtimeSettings(
                            Given.to(server.url(), Given.PATIENCE), "m", "marin", instructions, settings.language(), tools,
                            RealtimeSettings.USUAL_SESSION_MS, Json.MAPPER.createObjectNode()),
                    history, listener);
        }

        @Override
        public Mouth mouth(Service service, Settings settings) {
            return new OfflineMouths(Map.of("kevin16", text -> new byte[text.length() * 160]), "kevin16")
                    .open(new MouthSettings(Given.to(server.url(), Given.PATIENCE), "", "kevin16", "en", Json.MAPPER.createObjectNode()));
        }

        @Override
        public Tools tools() {
            return (request, key, listener) -> {
                keys.add(key);
                Thread.ofVirtual().start(() -> listener.on(false, "{\"state\":\"shipped\"}"));
                return () -> { };
            };
        }
    }

    private void answers(PlayedVoice voice, Answer... answers) {
        server.close();
        server = PlayedRealtime.start(voice, answers);
    }

    private List<String> said() {
        return fixture.told(ConversationEvent.Said.class).stream().map(ConversationEvent.Said::text).toList();
    }

    private List<SocketCommand.Mark> marks() {
        return LoopCaller.marks(fixture);
    }

    /// The caller hears what was sent, up to its mark.
    private void heard(int marks) {
        caller.hears(fixture, marks);
    }

    private void says(LoopFixture to, String words) {
        caller.says(to, words);
    }

    private void greeted() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);
        heard(1);
    }

    @Test
    void greetsHearsUsesAToolAndSaysGoodbyeBeforeItHangsUp() throws Exception {
        // given a caller who was greeted
        answers(
                PlayedVoice.PROMPT, Answer.calls("order"), Answer.says("It is on its way. Goodbye.").calling("bye", "{}"));
        server.understanding(50, "Where is my order?");
        greeted();

        // when the caller asks, and has heard the answer
        says(fixture, "Where is my order, please?");
        fixture.workUntil(() -> !fixture.told(ConversationEvent.Heard.class).isEmpty());
        heard(2);
        fixture.workUntil(() -> fixture.commands().getLast() instanceof SocketCommand.Close);

        // then
        assertEquals("Where is my order?", fixture.told(ConversationEvent.Heard.class).getFirst().text());
        assertEquals(List.of("How can I help?", "It is on its way. Goodbye."), said());
        assertTrue(fixture.told(ConversationEvent.Said.class).getLast().whole());
        assertEquals(1, keys.size());
        assertTrue(keys.getFirst().startsWith(CALL + "/1-"));
        assertEquals(SocketCommand.Close.because(CALL, End.AGENT_HANGUP), fixture.commands().getLast());

        // and the service was told what the agent is, what the tool gave, and nothing of the caller's but what was said
        JsonNode session = server.events("session.update").getFirst().path("session");
        assertEquals("You are kind.\n\nHelp.", session.path("instructions").asString(""));
        assertEquals(2, session.path("tools").size());
        JsonNode result = server.events("conversation.item.create").getLast().path("item");
        assertEquals("{\"state\":\"shipped\"}", result.path("output").asString(""));
        assertEquals(1, server.events("input_audio_buffer.commit").size());
        long spokenBytes = new FreeTtsVoice().speak("Where is my order, please?").length;
        assertTrue(server.heardBytes() > spokenBytes / 2 && server.heardBytes() < spokenBytes + 24_000, "heard " + server.heardBytes());
        fixture.ended(CALL, 0, caller.seq);
        fixture.work();
        JournalLoopTest.assertRunsAgain(fixture, GRAPH);
        Given.await("the service is left", () -> server.connections() == 0);
    }

    @Test
    void whoSpeaksIntoTheAnswerStopsItAndTheServiceIsToldWhatWasHeard() throws Exception {
        // given an answer on its way
        answers(new PlayedVoice(1_600, 0, 0), Answer.says(STORY));
        greeted();
        says(fixture, "Where is it?");
        fixture.workUntil(() -> fixture.commands().stream()
                .anyMatch(each -> each instanceof SocketCommand.Play play && play.turn() > marks().getFirst().turn()));
        fixture.workUntil(() -> marks().size() <= 2 && server.events("response.create").size() == 2);
        fixture.nowMs.addAndGet(3_000);

        // when the caller speaks
        says(fixture, "No, something else, please, and at once.");
        fixture.workUntil(() -> server.events("response.create").size() == 3);

        // then
        assertEquals(1, fixture.told(ConversationEvent.Interrupted.class).size());
        ConversationEvent.Said cut = fixture.told(ConversationEvent.Said.class).getLast();
        assertFalse(cut.whole());
        JsonNode truncated = server.events("conversation.item.truncate").getFirst();
        assertEquals("out-r1", truncated.path("item_id").asString(""));
        assertEquals(cut.playedMs(), truncated.path("audio_end_ms").asLong(0));
        List<String> order = server.events().stream().map(event -> event.path("type").asString("")).toList();
        assertTrue(order.indexOf("conversation.item.truncate") < order.lastIndexOf("response.create"), order.toString());
    }

    @Test
    void whoInterruptsWordByWordStopsItToo() throws Exception {
        // given an answer on its way
        answers(new PlayedVoice(1_600, 0, 0), Answer.says(STORY));
        greeted();
        says(fixture, "Where is it?");
        fixture.workUntil(() -> server.events("response.create").size() == 2 && fixture.commands().stream()
                .anyMatch(each -> each instanceof SocketCommand.Play play && play.turn() > marks().getFirst().turn()));
        fixture.nowMs.addAndGet(1_500);

        // when the caller speaks, with pauses between the words
        says(fixture, "That is quite enough for me");
        fixture.workUntil(() -> server.events("response.create").size() == 3);

        // then
        assertEquals(1, fixture.told(ConversationEvent.Interrupted.class).size());
        assertEquals(2, server.events("input_audio_buffer.commit").size());
    }

    @Test
    void whereTheServiceRefusesTheKeyAVoiceOfOurOwnGreetsApologizesAndHangsUp() throws Exception {
        // given
        server.next(Mishap.REFUSED);
        greeted();

        // when the caller speaks to an agent that is deaf
        says(fixture, "Where is my order, please?");
        heard(2);

        // then
        fixture.workUntil(() -> fixture.commands().getLast() instanceof SocketCommand.Close);
        assertEquals("How can I help?", said().getFirst());
        assertTrue(said().getLast().toLowerCase(Locale.ROOT).contains("sorry"), said().toString());
        assertEquals(1, failures.size());
        assertEquals(1, server.asked().size());
        JournalLoopTest.assertRunsAgain(fixture, GRAPH);
    }

    @Test
    void anotherWorkerGoesOnAndTheServiceIsToldWhatWasSaid() throws Exception {
        // given a caller who was answered once, and a worker that goes
        server.understanding(20, "Where is it?");
        greeted();
        says(fixture, "Where is it?");
        fixture.workUntil(() -> !fixture.told(ConversationEvent.Heard.class).isEmpty());
        heard(2);
        fixture.loop.onClose();
        int before = server.events().size();

        // when another one has the call, and the caller asks for more
        LoopFixture second = new LoopFixture(engines(), fixture.events, new LoopFixture.Mock(), LoopFixture.producer());
        second.nowMs.set(fixture.nowMs.get());
        second.start(0);
        says(second, "And what else, please?");
        second.workUntil(() -> server.events("response.create").size() == 3);

        // then
        List<JsonNode> told = server.events().subList(before, server.events().size());
        assertEquals(
                List.of("How can I help?", "Where is it?", STORY),
                told.stream()
                        .filter(event -> event.path("type").asString("").equals("conversation.item.create"))
                        .map(event -> event.path("item").path("content").path(0).path("text").asString(""))
                        .toList());
    }
}
