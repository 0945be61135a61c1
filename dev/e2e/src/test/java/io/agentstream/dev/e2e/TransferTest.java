package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.sandbox.Callee;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A caller keys through a menu, with no outside service at all, and is given to somebody else by the provider's API.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class TransferTest {

    private static final String AGENT = """
            {"engine": "cascade", "outcomes": ["handed_over", "nobody"], "variables": {"desk": "+15550130"}, "start": "pin",
             "nodes": {
               "pin": {"type": "gather", "say": "Two digits, please.", "keys": {"min": 2, "max": 2}, "into": "pin", "silence_ms": 3000,
                       "attempts": 5, "edges": [{"on": "condition", "if": "pin == '42'", "go": "desk"}], "next": "pin"},
               "desk": {"type": "transfer", "to": "{{desk}}", "say": "One moment.", "ring_ms": 20000, "outcome": "handed_over", "on_failure": "nobody"},
               "nobody": {"type": "hangup", "say": "Nobody is there.", "outcome": "nobody"}}}
            """;

    private LocalSystem system;
    private Api api;

    @BeforeEach
    void open(LocalSystem shared) {
        system = shared;
        api = new Api(system.demo());
    }

    private CallPlan plan(String agent) {
        return Telephone.plan(system, agent)
                .withMaxMs(60_000);
    }

    private String sandbox(String method, String path, String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(system.demo().cloudonixUrl() + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void aCallerWhoKeysInWhatIsWantedIsGivenToSomebodyElseAndNotHungUp(Path data) throws Exception {
        // given
        String agent = api.newAgent(AGENT);
        CallPlan plan = plan(agent).withSteps(List.of(
                new Step(new Cue.AgentSilent(400), new Action.Press('4')), new Step(new Cue.Then(300), new Action.Press('2'))));

        // when
        CallOutcome outcome = Telephone.place(plan);

        // then
        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("transferred", run.path("end").path("by").asString());
        assertEquals("handed_over", run.path("outcome").asString());
        JsonNode session = Json.MAPPER.readTree(sandbox("GET", "/sandbox/sessions/" + plan.session(), ""));
        assertEquals("+15550130", session.path("transferred_to").asString());
        assertFalse(session.path("hung_up").asBoolean());

        // and the story tells it, and leads to the same when it is run again
        List<String> types = Wait.until("the end in the events", () -> {
            List<String> all = api.events(run).stream().map(each -> each.path("type").asString()).toList();
            return Wait.when(all.contains("ended")).map(yes -> all);
        });
        assertTrue(types.contains("transferred"), types.toString());
        Wait.until("the whole journal", () -> {
            Ran ran = Ran.of(Map.of(), "verify", run.path("name").asString(), "--data", data.toString());
            return Wait.when(ran.code() == 0 && ran.out().contains("lead to the same"));
        });
    }

    /// What becomes of it is the provider's: the run says that it was transferred, and knows no more.
    @Test
    void whereNobodyAnswersTheRunIsTransferredAllTheSameAndTheProviderEndsTheCall() throws Exception {
        try (AwkwardReceiver receiver = new AwkwardReceiver()) {
            // given somebody who does not answer, and a receiver of what becomes of calls
            String number = "+15550177";
            system.sandbox().callee(number, Callee.who(Callee.Does.NO_ANSWER));
            JsonNode hook = api.send("POST", "/api/v1/webhooks", "{\"url\":\"" + receiver.url() + "\",\"events\":[\"run.ended\"]}");
            String agent = api.newAgent(AGENT.replace("+15550130", number).replace("\"ring_ms\": 20000", "\"ring_ms\": 5000"));
            CallPlan plan = plan(agent).withSteps(List.of(
                    new Step(new Cue.AgentSilent(400), new Action.Press('4')), new Step(new Cue.Then(300), new Action.Press('2'))));

            // when
            Telephone.place(plan);

            // then
            JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
            assertEquals("transferred", run.path("end").path("by").asString());
            assertEquals("handed_over", run.path("outcome").asString());
            String name = run.path("name").asString();
            JsonNode told = Wait.until("run.ended", () -> WebhookTest.message(receiver, "run.ended", name));
            api.send("DELETE", "/api/v1/webhooks/" + hook.path("id").asLong(), "");
            assertEquals(1, told.at("/data/transfers").size(), told.toString());
            assertEquals("1-desk", told.at("/data/transfers/0/key").asString());
            assertEquals("connected", told.at("/data/transfers/0/outcome").asString());
            assertEquals(200, told.at("/data/transfers/0/status").intValue());
            assertEquals("transferred", told.at("/data/run/end/by").asString());
            JsonNode timeline = Wait.until("the timeline", () -> Optional.of(api.send("GET", "/api/v1/runs/" + run.path("id").asLong() + "/timeline?kind=provider", ""))
                    .filter(page -> page.toString().contains("transfer_")));
            assertTrue(timeline.toString().contains("\"transfer_connected\""), timeline.toString());
            Wait.until("the provider's end", () -> Wait.when(system.sandbox().dialOf(plan.session()).equals(Optional.of("noanswer"))));
            assertFalse(system.sandbox().hungUp(plan.session()), "it is not ours to hang up");
        }
    }

    @Test
    void aTransferThatTheProviderDoesNotDoLeavesTheCallerWithTheAgent() throws Exception {
        // given a provider that has trouble once the call talks
        String agent = api.newAgent(AGENT);
        CallPlan plan = plan(agent).withSteps(List.of(
                new Step(new Cue.At(5_000), new Action.Press('4')), new Step(new Cue.Then(300), new Action.Press('2'))));
        FutureTask<CallOutcome> call = new FutureTask<>(() -> Telephone.place(plan));
        Thread.ofVirtual().start(call);
        api.awaitRunOf(agent, plan.session(), "running");
        sandbox("PUT", "/sandbox/sessions/" + plan.session(), "{\"behaviour\": \"error\", \"times\": 1}");

        // when
        CallOutcome outcome = call.get();

        // then
        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("agent_hangup", run.path("end").path("by").asString());
        assertEquals("nobody", run.path("outcome").asString());
        Wait.until("the hang-up", () -> Wait.when(Json.MAPPER.readTree(
                sandbox("GET", "/sandbox/sessions/" + plan.session(), "")).path("hung_up").asBoolean()));
    }
}
