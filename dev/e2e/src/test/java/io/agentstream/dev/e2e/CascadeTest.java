package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// People call an agent that hears, thinks and speaks with outside services, and uses a tool: the services are played, over real sockets.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class CascadeTest {

    private static final String KEY = "sk-of-the-tenant-";
    private static final String ASKED = "Where is my order number seven?";
    private static final String ENOUGH = "That is quite enough for me.";
    private static final String STORY = "It left our house on Monday. It should be with you on Friday. The driver will ring twice. Anything else?";
    private static final String GOODBYE = "Farewell and thank you.";
    private static final String TOLD = "shipped by balloon";

    private final PlayedDeepgram ear = PlayedDeepgram.onDemand(ASKED, ENOUGH);
    private final PlayedChat brain = PlayedChat.answering(CascadeTest::think);
    private final PlayedElevenLabs mouth = PlayedElevenLabs.start(TalkedAgent.SLOW);
    private final TalkedAgent.Shop shop = new TalkedAgent.Shop("{\"state\":\"" + TOLD + "\"}");
    private LocalSystem system;
    private Api api;

    private static PlayedBrain think(Asked request) {
        JsonNode last = Json.MAPPER.readTree(request.body()).path("messages").valueStream().toList().getLast();
        if (last.path("role").asString().equals("tool")) {
            return PlayedBrain.says("It left our house", " on Monday. It should be with you on Friday.", " The driver will ring twice. Anything else?");
        }
        return last.path("content").asString("").contains("enough")
                ? PlayedBrain.says(GOODBYE).calling(new PlayedBrain.Call("c2", "bye", "{\"outcome\":\"answered\"}"))
                : PlayedBrain.says().calling(new PlayedBrain.Call("c1", "find_order", "{\"number\":\"7\"}"));
    }

    @BeforeEach
    void open(LocalSystem shared) {
        system = shared;
        api = new Api(system.demo());
    }

    @AfterEach
    void close() {
        ear.close();
        brain.close();
        mouth.close();
        shop.close();
    }

    /// An agent whose keys are named `name` and what they are for.
    private String agent(String name) throws Exception {
        return api.newAgent("""
                {"engine": "cascade",
                 "services": {
                   "ear": [{"service": "deepgram", "model": "nova-3", "base_url": "%1$s", "key": "%5$s.ear"}],
                   "brain": [{"service": "openai", "model": "m-1", "base_url": "%2$s", "key": "%5$s.brain"}],
                   "mouth": [{"service": "elevenlabs", "voice": "21m00Tcm4TlvDq8ikWAM", "base_url": "%3$s", "key": "%5$s.mouth"}, {"service": "offline"}]},
                 "outcomes": ["answered"],
                 "tools": {
                   "find_order": {"type": "http", "description": "Finds an order.", "url": "%4$s/orders/{{number}}", "key": "%5$s.shop",
                                  "parameters": {"number": {"description": "Its number."}}, "headers": {"X-Caller": "{{caller_number}}"}},
                   "bye": {"type": "end_with_outcome", "description": "Ends the call.", "outcomes": ["answered"]}},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind.", "tools": ["find_order", "bye"]}}}
                """.formatted(ear.url(), brain.url(), mouth.url(), shop.url(), name));
    }

    /// Of keys that no other test has.
    private static String name() {
        return "k" + UUID.randomUUID().toString().substring(0, 8);
    }

    private String keys() throws Exception {
        String name = name();
        for (String of : List.of("ear", "brain", "mouth", "shop")) {
            api.send("PUT", "/api/v1/service-keys/" + name + "." + of, "{\"key\":\"" + KEY + of + "\"}");
        }
        return name;
    }

    private CallPlan plan(String agent) {
        return Telephone.plan(system, agent)
                .withSteps(List.of(
                        new Step(new Cue.AgentSilent(400), TalkedAgent.says("Where is my order")),
                        new Step(new Cue.AgentSpeaks(1_500), TalkedAgent.says("That is quite enough for me"))))
                .withMaxMs(60_000);
    }

    @Test
    void aCallerAsksHearsTheAnswerInterruptsAndIsSaidGoodbye(Path data) throws Exception {
        try (Lines log = Lines.listen(); AwkwardReceiver receiver = new AwkwardReceiver()) {
            // given
            JsonNode hook = api.send("POST", "/api/v1/webhooks", "{\"url\":\"" + receiver.url() + "\",\"events\":[\"run.ended\"]}");
            String agent = agent(keys());
            CallPlan plan = plan(agent);

            // when
            CallOutcome outcome = Telephone.place(plan);

            // then the agent hung up once its goodbye was heard
            assertEquals(CallOutcome.Ending.PEER_CLOSED, outcome.ending(), outcome.toString());
            assertEquals(1000, outcome.closeCode());
            assertTrue(TalkedAgent.hears(outcome, "Welcome to"), "the greeting");
            assertTrue(TalkedAgent.hears(outcome, "It left our"), "the answer");
            assertFalse(TalkedAgent.hears(outcome, "Anything el"), "the rest of the answer");
            assertTrue(TalkedAgent.hears(outcome, "Farewell and thank"), "the goodbye");
            assertFalse(outcome.events(CallEvent.Kind.CLEARED).isEmpty());
            JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
            assertEquals("agent_hangup", run.path("end").path("by").asString());
            assertEquals("answered", run.path("outcome").asString());

            // and the run tells what was said
            List<JsonNode> events = api.awaitEnd(run);
            assertEquals(List.of(ASKED, ENOUGH), TalkedAgent.texts(events, "heard"));
            List<String> said = TalkedAgent.texts(events, "said");
            assertEquals("Welcome to Acme.", said.getFirst());
            assertTrue(said.contains(STORY), said.toString());
            assertEquals(GOODBYE, said.getLast());

            // and the brain knew what was heard of its answer; the tool was used once
            String told = brain.asked().getLast().body();
            assertTrue(told.contains("It left our house"), told);
            assertFalse(told.contains("Anything else"), told);
            assertEquals(1, shop.asked().size());
            assertEquals("/orders/7", shop.asked().getFirst().path());
            assertTrue(shop.asked().getFirst().headers().get("idempotency-key").contains("/1-"));

            // and so is its receiver told: one use, with what came of it
            String name = run.path("name").asString();
            JsonNode tools = Wait.until("run.ended", () -> WebhookTest.message(receiver, "run.ended", name)).at("/data/tools");
            assertEquals(1, tools.size(), tools.toString());
            assertEquals("{\"number\":\"7\"}", tools.at("/0/arguments").toString());
            assertEquals(TOLD, tools.at("/0/result/state").asString(), tools.toString());
            api.send("DELETE", "/api/v1/webhooks/" + hook.path("id").asLong(), "");

            // and each service was sent its key, which is nowhere else, as the words are in the clear nowhere
            assertEquals("Token " + KEY + "ear", ear.asked().getFirst().headers().get("authorization"));
            assertEquals("Bearer " + KEY + "brain", brain.asked().getFirst().headers().get("authorization"));
            assertEquals(KEY + "mouth", mouth.asked().getFirst().headers().get("xi-api-key"));
            assertEquals("Bearer " + KEY + "shop", shop.asked().getFirst().headers().get("authorization"));
            TalkedAgent.assertLeadsToTheSame(data, run.path("name").asString());
            TalkedAgent.assertNothingIsSpread(system, log, List.of(KEY, ASKED, ENOUGH, "left our house", GOODBYE, TOLD));
        }
    }

    @Test
    void withoutItsKeysTheAgentApologizesWithAVoiceOfItsOwnAndHangsUp() throws Exception {
        String agent = agent(name());
        CallPlan plan = plan(agent);

        CallOutcome outcome = Telephone.place(plan);

        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("agent_hangup", run.path("end").path("by").asString());
        List<String> said = Wait.until("what was said", () -> Optional.of(TalkedAgent.texts(api.events(run), "said")).filter(texts -> texts.size() > 1));
        assertTrue(said.getLast().toLowerCase(Locale.ROOT).contains("sorry"), said.toString());
        assertEquals(0, ear.asked().size() + brain.asked().size() + mouth.asked().size());
    }
}
