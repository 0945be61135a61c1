package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedMcp;
import io.agentstream.dev.simulator.services.PlayedRealtime;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import io.agentstream.schemas.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// Somebody calls an agent whose tools are a server's, which speaks the Model Context Protocol over a real socket.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class McpTest {

    private static final String KEY = "sk-of-the-tenant-kb";
    private static final String ASKED = "When do you open on Sunday?";

    private final PlayedDeepgram ear = PlayedDeepgram.onDemand(ASKED);
    private final PlayedChat brain = PlayedChat.answering(McpTest::think);
    private final PlayedMcp knowledge = PlayedMcp.serving()
            .manner(PlayedMcp.Manner.TALKATIVE)
            .tool("search", "Searches what we know.", "{\"type\":\"object\",\"properties\":{\"q\":{\"type\":\"string\"}},\"required\":[\"q\"]}", "")
            .tool("forget", "Forgets all.", "{\"type\":\"object\"}", "")
            .answering(params -> PlayedMcp.text("We open at nine."));

    private static PlayedBrain think(Asked request) {
        List<JsonNode> messages = Json.MAPPER.readTree(request.body()).path("messages").valueStream().toList();
        JsonNode last = messages.getLast();
        if (last.path("role").asString().equals("tool")) {
            return PlayedBrain.says(last.path("content").asString("") + " Goodbye.").calling(new PlayedBrain.Call("c2", "bye", "{}"));
        }
        return PlayedBrain.says().calling(new PlayedBrain.Call("c1", "kb_search", "{\"q\":\"sunday\"}"));
    }

    @AfterEach
    void close() {
        ear.close();
        brain.close();
        knowledge.close();
    }

    @Test
    void aCallerIsToldWhatTheServerKnows(LocalSystem system, Path data) throws Exception {
        // given
        Api api = new Api(system.demo());
        String name = "k" + UUID.randomUUID().toString().substring(0, 8);
        api.send("PUT", "/api/v1/service-keys/" + name, "{\"key\":\"" + KEY + "\"}");
        String agent = api.newAgent("""
                {"engine": "cascade",
                 "services": {
                   "ear": [{"service": "deepgram", "model": "nova-3", "base_url": "%1$s", "key": "%4$s"}],
                   "brain": [{"service": "openai", "model": "m-1", "base_url": "%2$s", "key": "%4$s"}],
                   "mouth": [{"service": "offline"}]},
                 "tools": {"kb": {"type": "mcp", "url": "%3$s/mcp", "key": "%4$s", "allow": ["search"]},
                           "bye": {"type": "hangup", "description": "Ends the call."}},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind.", "tools": ["kb", "bye"]}}}
                """.formatted(ear.url(), brain.url(), knowledge.url(), name));
        CallPlan plan = Telephone.plan(system, agent)
                .withSteps(List.of(new Step(new Cue.AgentSilent(400), new Action.Say(Speech.ofMulaw(new FreeTtsVoice().speak("When do you open"))))))
                .withMaxMs(60_000);

        // when
        CallOutcome outcome = Telephone.place(plan);

        // then
        assertEquals(CallOutcome.Ending.PEER_CLOSED, outcome.ending(), outcome.toString());
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        List<JsonNode> events = api.awaitEnd(run);
        assertTrue(events.stream().anyMatch(each -> each.path("payload").path("text").asString("").contains("We open at nine.")), events.toString());

        // and the brain was offered what the definition allows, the server asked once, with its key
        List<String> offered = Json.MAPPER.readTree(brain.asked().getFirst().body()).path("tools").valueStream()
                .map(tool -> tool.path("function").path("name").asString(""))
                .toList();
        assertEquals(List.of("bye", "kb_search"), offered);
        assertEquals(1, knowledge.uses().size());
        assertEquals("sunday", knowledge.uses().getFirst().path("arguments").path("q").asString(""));
        assertEquals("Bearer " + KEY, knowledge.asked().getFirst().headers().get("authorization"));
        assertTrue(Ran.verified(data, run.path("name").asString()).out().contains("lead to the same"));
        Wait.until("the session is ended", () -> Wait.when(knowledge.sessions() == 0));
    }

    @Test
    void soIsOneOfAnAgentWhoseServiceHearsThinksAndSpeaks(LocalSystem system, Path data) throws Exception {
        PlayedRealtime service = PlayedRealtime.start(
                        TalkedAgent.SLOW, new Answer("", "kb_search", "{\"q\":\"sunday\"}"), Answer.says("At nine. Goodbye.").calling("bye", "{}"))
                .understanding(100, ASKED);
        try (service) {
            // given
            Api api = new Api(system.demo());
            String name = "k" + UUID.randomUUID().toString().substring(0, 8);
            api.send("PUT", "/api/v1/service-keys/" + name, "{\"key\":\"" + KEY + "\"}");
            String agent = api.newAgent("""
                    {"engine": "realtime",
                     "services": {"realtime": [{"service": "openai", "model": "m-1", "base_url": "%1$s", "key": "%3$s"}]},
                     "tools": {"kb": {"type": "mcp", "url": "%2$s/mcp", "key": "%3$s", "allow": ["search"]},
                               "bye": {"type": "hangup", "description": "Ends the call."}},
                     "start": "talk",
                     "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind.", "tools": ["kb", "bye"]}}}
                    """.formatted(service.url(), knowledge.url(), name));
            CallPlan plan = Telephone.plan(system, agent)
                    .withSteps(List.of(new Step(new Cue.AgentSilent(400), TalkedAgent.says("When do you open"))))
                    .withMaxMs(60_000);

            // when
            CallOutcome outcome = Telephone.place(plan);

            // then
            assertEquals(CallOutcome.Ending.PEER_CLOSED, outcome.ending(), outcome.toString());
            JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
            List<String> offered = service.events("session.update").getLast().path("session").path("tools").valueStream()
                    .map(tool -> tool.path("name").asString(""))
                    .toList();
            assertEquals(List.of("bye", "kb_search"), offered);
            assertEquals(1, knowledge.uses().size());
            assertEquals("sunday", knowledge.uses().getFirst().path("arguments").path("q").asString(""));
            assertTrue(service.events("conversation.item.create").stream()
                    .anyMatch(each -> each.path("item").path("output").asString("").contains("We open at nine.")));
            TalkedAgent.assertLeadsToTheSame(data, run.path("name").asString());
            Wait.until("the session is ended", () -> Wait.when(knowledge.sessions() == 0));
        }
    }
}
