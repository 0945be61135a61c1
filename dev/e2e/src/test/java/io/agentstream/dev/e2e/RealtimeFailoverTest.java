package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.services.PlayedRealtime;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A worker is killed in the middle of what its agent says with one service that hears, thinks and speaks: another worker goes on with the call,
/// and its session of the service knows what was said and done.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
@Drill
final class RealtimeFailoverTest {

    private static final String ASKED = "Where is my order number seven?";
    private static final String THANKS = "Thank you, that is all.";
    private static final String STORY =
            "It went out on Monday, by train. It should be with you on Friday. The driver will ring twice. Is there anything else?";
    private static final String TOLD = "shipped by train";

    /// Longer than nobody answers where a worker was killed.
    private static final long PATIENT_MS = 9_000;

    private final TalkedAgent.Shop shop = new TalkedAgent.Shop("{\"state\":\"" + TOLD + "\"}");

    /// A call, with a service and an agent of its own.
    private record Talk(PlayedRealtime service, String agent, CallPlan plan, SimulatedProvider.Placed call) implements AutoCloseable {

        static Talk begin(LocalSystem system, Api api, SimulatedProvider provider, TalkedAgent.Shop shop) throws Exception {
            PlayedRealtime service = PlayedRealtime.start(
                            TalkedAgent.SLOW, Answer.calls("find_order").calling("find_order", "{\"number\":\"7\"}"), Answer.says(STORY),
                            Answer.says("Farewell and many thanks.").calling("bye", "{}"))
                    .understanding(100, ASKED, THANKS);
            String agent = api.newAgent("""
                    {"engine": "realtime",
                     "services": {"realtime": [{"service": "openai", "model": "m-1", "voice": "v-1", "base_url": "%1$s"}]},
                     "tools": {
                       "find_order": {"type": "http", "description": "Finds an order.", "url": "%2$s/orders/{{number}}",
                                      "parameters": {"number": {"description": "Its number."}}},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
                     "start": "talk",
                     "nodes": {"talk": {"type": "agent", "say": "Welcome to Acme.", "prompt": "You are kind.", "silence_ms": 60000,
                                        "tools": ["find_order", "bye"]}}}
                    """.formatted(service.url(), shop.url()));
            CallPlan plan = Telephone.plan(system, agent)
                    .withSteps(List.of(
                            new Step(new Cue.AgentSilent(1_500), TalkedAgent.says("Where is my order")),
                            new Step(new Cue.AgentSilent(PATIENT_MS), TalkedAgent.says("Thank you that is all"))))
                    .withMaxMs(90_000);
            return new Talk(service, agent, plan, provider.begin(plan));
        }

        @Override
        public void close() throws Exception {
            call.hangUp();
            call.outcome().get(20, TimeUnit.SECONDS);
            service.close();
        }
    }

    @Test
    void theCallerHearsTheAgentAgainWhichKnowsWhatWasSaid(LocalSystem system, Path data) throws Exception {
        Api api = new Api(system.demo());
        try (shop;
                SimulatedProvider provider = new SimulatedProvider();
                ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, Beside.worker(system, data))) {
            Api.awaitReady(system.demo().workerUrl());
            // given a call that the second worker holds, whose agent has looked something up and tells it
            Talk talk = Held.by(second.adminUrl(), system, () -> Talk.begin(system, api, provider, shop));
            JsonNode running = api.awaitRunOf(talk.agent(), talk.plan().session(), "running");
            Wait.until("the answer is heard", 40_000, () -> Wait.when(isHeard(api.events(running))));

            // when
            second.kill();

            // then the caller hears the rest, and what it says then is answered
            CallOutcome outcome = talk.call().outcome().get(120, TimeUnit.SECONDS);
            assertEquals(CallOutcome.Ending.PEER_CLOSED, outcome.ending(), outcome.toString());
            assertTrue(TalkedAgent.hears(outcome, "It went out"), "before: " + TalkedAgent.heard(outcome));
            assertTrue(TalkedAgent.hears(outcome, "ring twice. Is there anything else"), "the rest: " + TalkedAgent.heard(outcome));
            assertTrue(TalkedAgent.hears(outcome, "Farewell and many"), "the goodbye: " + TalkedAgent.heard(outcome));
            JsonNode run = api.awaitRunOf(talk.agent(), talk.plan().session(), "completed");
            List<JsonNode> events = api.awaitEnd(run);
            assertEquals(1, events.stream().filter(each -> each.path("type").asString("").equals("resumed")).count());
            assertEquals(List.of(ASKED, THANKS), TalkedAgent.texts(events, "heard"));

            // and the service of the other worker was told what was said and done, and no tool used twice
            List<JsonNode> told = behindTheLastSetup(talk.service().events());
            assertTrue(told.stream().anyMatch(each -> each.path("content").path(0).path("text").asString("").equals(ASKED)), told.toString());
            assertTrue(told.stream().anyMatch(each -> each.path("name").asString("").equals("find_order")), told.toString());
            assertTrue(told.stream().anyMatch(each -> each.path("output").asString("").contains(TOLD)), told.toString());
            assertEquals(1, shop.asked().size());
            TalkedAgent.assertLeadsToTheSame(data, run.path("name").asString());
            talk.service().close();
        }
    }


    /// Whether the caller has heard the first sound of what was looked up: then the service has long said all of it. Before that it would be asked
    /// again, and the played one answers what comes next.
    private static boolean isHeard(List<JsonNode> events) {
        int used = 0;
        for (int n = 0; n < events.size(); n++) {
            used = events.get(n).path("type").asString("").startsWith("tool") ? n + 1 : used;
        }
        return used > 0 && events.subList(used, events.size()).stream().anyMatch(each -> each.path("payload").path("what").asString("").equals("first_played"));
    }

    /// The items that the newest session was told.
    private static List<JsonNode> behindTheLastSetup(List<JsonNode> events) {
        int last = 0;
        for (int n = 0; n < events.size(); n++) {
            last = events.get(n).path("event_id").asString("").equals("setup") ? n : last;
        }
        return events.subList(last, events.size()).stream().map(each -> each.path("item")).filter(item -> !item.isMissingNode()).toList();
    }
}
