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
import io.agentstream.dev.simulator.sandbox.Behaviour;
import io.agentstream.dev.simulator.sandbox.Callee;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// A caller keys through a menu, and waits while somebody is called by the provider's API, told what it is about, and asked.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class WarmTransferTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger(200);

    private final String number = "+1555" + NUMBERS.incrementAndGet();
    private LocalSystem system;
    private Api api;

    @BeforeEach
    void open(LocalSystem shared) {
        system = shared;
        api = new Api(system.demo());
    }

    private String agent() throws Exception {
        return api.newAgent("""
                {"engine": "cascade", "outcomes": ["handed_over", "kept"], "start": "pin",
                 "nodes": {
                   "pin": {"type": "gather", "say": "Two digits, please.", "keys": {"min": 2, "max": 2}, "into": "pin", "silence_ms": 3000,
                           "attempts": 5, "edges": [{"on": "condition", "if": "pin == '42'", "go": "desk"}], "next": "pin"},
                   "desk": {"type": "transfer", "kind": "warm", "to": "%s", "say": "One moment.", "summary": "A call from {{caller_number}}.",
                            "ring_ms": 5000, "outcome": "handed_over", "on_failure": "kept"},
                   "kept": {"type": "hangup", "say": "It was {{transfer_result}}.", "outcome": "kept"}}}
                """.formatted(number));
    }

    private CallPlan plan(String agent) {
        return Telephone.plan(system, agent)
                .withMaxMs(60_000)
                .withSteps(List.of(
                        new Step(new Cue.AgentSilent(400), new Action.Press('4')), new Step(new Cue.Then(300), new Action.Press('2'))));
    }

    /// The agent keeps its caller, and knows why.
    private JsonNode kept(String agent, CallPlan plan, String why) throws Exception {
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("agent_hangup", run.path("end").path("by").asString());
        assertEquals("kept", run.path("outcome").asString());
        Wait.until("what the agent was told", () -> Wait.when(api.events(run).stream()
                .anyMatch(each -> each.path("type").asString().equals("transferred") && each.toString().contains("\"" + why + "\""))));
        return run;
    }

    private void legIsOver(String status) throws Exception {
        Wait.until("the other side to be hung up", () -> Wait.when(system.sandbox().statusOfLegTo(number).equals(status)));
    }

    private long calls() {
        return system.sandbox().requests().stream()
                .filter(each -> each.method().equals("POST") && each.session().equals(system.sandbox().legTo(number).orElse("")))
                .count();
    }

    @Test
    void whoTakesTheCallGetsTheCallerAndTheAgentLeaves(Path data) throws Exception {
        // given
        String agent = agent();
        CallPlan plan = plan(agent);
        CloudonixSandbox sandbox = system.sandbox();
        sandbox.callee(number, Callee.who(Callee.Does.TAKES));

        // when
        CallOutcome outcome = Telephone.place(plan);

        // then
        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("transferred", run.path("end").path("by").asString());
        assertEquals("handed_over", run.path("outcome").asString());
        String room = sandbox.transferredTo(plan.session()).orElseThrow();
        assertEquals(List.of(sandbox.legTo(number).orElseThrow(), plan.session()), sandbox.room(room), "they are together");
        assertFalse(sandbox.hungUp(plan.session()));

        // and the story tells it, and leads to the same when it is run again
        Wait.until("the end in the events", () -> {
            List<String> all = api.events(run).stream().map(each -> each.path("type").asString()).toList();
            return Wait.when(all.contains("ended") && all.contains("transferred"));
        });
        Wait.until("the whole journal", () -> {
            Ran ran = Ran.of(Map.of(), "verify", run.path("name").asString(), "--data", data.toString());
            return Wait.when(ran.code() == 0 && ran.out().contains("lead to the same"));
        });
    }

    @Test
    void whoRefusesTheCallLeavesTheCallerWithTheAgent() throws Exception {
        String agent = agent();
        CallPlan plan = plan(agent);
        system.sandbox().callee(number, Callee.who(Callee.Does.REFUSES));

        Telephone.place(plan);

        kept(agent, plan, "refused");
        legIsOver("completed");
        Wait.until("the hang-up", () -> Wait.when(system.sandbox().hungUp(plan.session())));
    }

    @ParameterizedTest
    @CsvSource({"BUSY, busy", "HANGS_UP, refused", "NO_ANSWER, no_answer"})
    void whoDoesNotTakeTheCallLeavesTheCallerWithTheAgent(Callee.Does does, String why) throws Exception {
        String agent = agent();
        CallPlan plan = plan(agent);
        system.sandbox().callee(number, Callee.who(does));

        Telephone.place(plan);

        kept(agent, plan, why);
    }

    @Test
    void aRequestWhoseAnswerIsLostIsNotMadeTwiceAndStillConnectsThem() throws Exception {
        String agent = agent();
        CallPlan plan = plan(agent);
        system.sandbox().callee(number, Callee.who(Callee.Does.TAKES).answered(Behaviour.LOST, 1));

        Telephone.place(plan);

        assertEquals("transferred", api.awaitRunOf(agent, plan.session(), "completed").path("end").path("by").asString());
        assertEquals(1, calls());
    }

    @Test
    void aProviderThatHasTooMuchToDoIsAskedAgain() throws Exception {
        String agent = agent();
        CallPlan plan = plan(agent);
        system.sandbox().callee(number, Callee.who(Callee.Does.TAKES).answered(Behaviour.RATE_LIMITED, 1));

        Telephone.place(plan);

        assertEquals("transferred", api.awaitRunOf(agent, plan.session(), "completed").path("end").path("by").asString());
    }

    @Test
    void aProviderThatFailsLeavesTheCallerWithTheAgent() throws Exception {
        String agent = agent();
        CallPlan plan = plan(agent);
        system.sandbox().callee(number, Callee.who(Callee.Does.TAKES).answered(Behaviour.ERROR, 1));

        Telephone.place(plan);

        kept(agent, plan, "failed");
        assertTrue(system.sandbox().legTo(number).isEmpty());
    }

    @Test
    void whereTheCallerHangsUpMeanwhileTheOtherSideIsHungUpToo() throws Exception {
        // given somebody whose telephone rings
        String agent = agent();
        CallPlan plan = plan(agent).withSteps(List.of(
                new Step(new Cue.AgentSilent(400), new Action.Press('4')), new Step(new Cue.Then(300), new Action.Press('2')),
                new Step(new Cue.Then(12_000), new Action.HangUp())));
        system.sandbox().callee(number, new Callee(Callee.Does.TAKES, 60_000, Behaviour.LIVE, 0));
        FutureTask<CallOutcome> call = new FutureTask<>(() -> Telephone.place(plan));
        Thread.ofVirtual().start(call);

        // when
        call.get();

        // then
        JsonNode run = api.awaitRunOf(agent, plan.session(), "completed");
        assertEquals("caller_hangup", run.path("end").path("by").asString());
        legIsOver("cancel");
    }
}
