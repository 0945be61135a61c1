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
import io.agentstream.dev.simulator.services.PlayedRealtime;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
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

/// People call an agent of which one outside service hears, thinks and speaks, and use a tool through it: it is played, over a real socket.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class RealtimeTest {

    private static final String KEY = "sk-of-one-tenant-";
    private static final String ASKED = "Where is my order number seven, I wonder?";
    private static final String ENOUGH = "That is enough of it for me.";
    private static final String STORY = "It went out on Monday. It should be with you on Friday. The driver will ring twice. Anything else?";
    private static final String GOODBYE = "Farewell and many thanks.";
    private static final String TOLD = "shipped by airship";

    private final PlayedRealtime service = PlayedRealtime.start(
                    TalkedAgent.SLOW, Answer.calls("find_order").calling("find_order", "{\"number\":\"7\"}"), Answer.says(STORY),
                    Answer.says(GOODBYE).calling("bye", "{\"outcome\":\"answered\"}"))
            .understanding(200, ASKED, ENOUGH);
    private final TalkedAgent.Shop shop = new TalkedAgent.Shop("{\"state\":\"" + TOLD + "\"}");
    private LocalSystem system;
    private Api api;

    @BeforeEach
    void open(LocalSystem shared) {
        system = shared;
        api = new Api(system.demo());
    }

    @AfterEach
    void close() {
        service.close();
        shop.close();
    }

    /// An agent whose keys are named `name` and what they are for.
    private String agent(String name) throws Exception {
        return api.newAgent("""
                {"engine": "realtime",
                 "services": {"realtime": [{"service": "openai", "model": "m-1", "voice": "v-1", "base_url": "%1$s", "key": "%3$s.speech"}]},
                 "outcomes": ["answered"],
                 "tools": {
                   "find_order": {"type": "http", "description": "Finds an order.", "url": "%2$s/orders/{{number}}", "key": "%3$s.shop",
                                  "parameters": {"number": {"description": "Its number."}}},
                   "bye": {"type": "end_with_outcome", "description": "Ends the call.", "outcomes": ["answered"]}},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind.", "tools": ["find_order", "bye"]}}}
                """.formatted(service.url(), shop.url(), name));
    }

    private String keys() throws Exception {
        String name = name();
        for (String of : List.of("speech", "shop")) {
            api.send("PUT", "/api/v1/service-keys/" + name + "." + of, "{\"key\":\"" + KEY + of + "\"}");
        }
        return name;
    }

    /// Of keys that no other test has.
    private static String name() {
        return "r" + UUID.randomUUID().toString().substring(0, 8);
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
        try (Lines log = Lines.listen()) {
            // given
            String agent = agent(keys());
            CallPlan plan = plan(agent);

            // when
            CallOutcome outcome = Telephone.place(plan);

            // then the agent hung up once its goodbye was heard
            assertEquals(CallOutcome.Ending.PEER_CLOSED, outcome.ending(), outcome.toString());
            assertEquals(1000, outcome.closeCode());
            assertTrue(TalkedAgent.hears(outcome, "Welcome to"), "the greeting: " + TalkedAgent.heard(outcome));
            assertTrue(TalkedAgent.hears(outcome, "It went out"), "the answer: " + TalkedAgent.heard(outcome));
            assertFalse(TalkedAgent.hears(outcome, "Anything el"), "the rest of the answer: " + TalkedAgent.heard(outcome));
            assertTrue(TalkedAgent.hears(outcome, "Farewell and many"), "the goodbye: " + TalkedAgent.heard(outcome));
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

            // and the service heard what the caller said and knows what the caller heard; the tool was used once
            assertEquals(2, service.events("input_audio_buffer.commit").size());
            assertEquals(heardOfTheStory(events), service.events("conversation.item.truncate").stream().map(cut -> cut.path("audio_end_ms").asLong(0)).toList());
            assertEquals(1, shop.asked().size());
            assertEquals("/orders/7", shop.asked().getFirst().path());
            assertTrue(shop.asked().getFirst().headers().get("idempotency-key").contains("/1-"));

            // and each was sent its key, which is nowhere else, as the words are in the clear nowhere
            assertEquals("Bearer " + KEY + "speech", service.asked().getFirst().headers().get("authorization"));
            assertEquals("Bearer " + KEY + "shop", shop.asked().getFirst().headers().get("authorization"));
            TalkedAgent.assertLeadsToTheSame(data, run.path("name").asString());
            TalkedAgent.assertNothingIsSpread(system, log, List.of(KEY, ASKED, ENOUGH, "went out on Monday", GOODBYE, TOLD));
        }
    }

    /// How much was heard of it, by our own record; nothing where that is all of it: a machine may stand still while the caller speaks.
    private static List<Long> heardOfTheStory(List<JsonNode> events) {
        return events.stream()
                .map(each -> each.path("payload"))
                .filter(said -> said.path("text").asString("").equals(STORY))
                .map(said -> said.path("played_ms").asLong(0))
                .filter(playedMs -> playedMs < STORY.length() * 50L)
                .toList();
    }

    @Test
    void withoutItsKeyTheAgentApologizesWithAVoiceOfItsOwnAndHangsUp() throws Exception {
        String agent = agent(name());
        CallPlan plan = plan(agent);

        CallOutcome outcome = Telephone.place(plan);

        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("agent_hangup", run.path("end").path("by").asString());
        List<String> said = Wait.until(
                "what was said", () -> Optional.of(TalkedAgent.texts(api.events(run), "said")).filter(texts -> texts.size() > 1));
        assertTrue(said.getLast().toLowerCase(Locale.ROOT).contains("sorry"), said.toString());
        assertEquals(0, service.asked().size());
    }
}
