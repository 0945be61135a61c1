package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentstream.dev.embedded.WorkerMetrics;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.Json;
import io.agentstream.worker.WorkerService;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A worker leaves or is killed while it holds conversations; the one that stays goes on with them.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class FailoverTest {

    private static final int FRAMES_A_SECOND = 50;

    /// A worker has half of the partitions, and each call falls on one by chance: with so many calls for each that it is to have, it gets
    /// none in one case of sixty billion.
    private static final int MOST_CALLS = 36;

    /// Half of the partitions move to a worker that comes: none of so many calls does in one case of sixteen million.
    private static final int CALLS_OF_WHICH_SOME_MOVE = 24;

    /// How long it takes until a worker of these tests that was killed is missed.
    private static final long SESSION_MS = 2_500;

    /// Less than what was said while nobody answered: that is not played afterwards. An echo is never late by more than two seconds for long,
    /// however the machine is loaded.
    private static final long LATE_MS = 2_250;

    /// So much earlier it may have been heard of last.
    private static final long MARGIN_MS = 500;

    /// Nobody would wait for it, and who leaves in good order keeps nobody waiting for it.
    private static final String LONG_SESSION = "40s";

    private static final long LEFT_MS = 10_000;

    private LocalSystem system;
    private Api api;
    private String agent;
    private String callKeysKey;

    @BeforeEach
    void open(LocalSystem shared, Path directory) throws Exception {
        system = shared;
        callKeysKey = Json.MAPPER.readTree(Files.readAllBytes(directory.resolve("secrets.json"))).path("call_keys_key").asString();
        api = new Api(system.demo());
        agent = api.newAgent("{\"engine\":\"echo\"}");
    }

    @Test
    @Drill
    void callsOutliveTheWorkerThatLeaves() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (WorkerService second = second()) {
            int held = callUntilHeldAt("http://127.0.0.1:" + second.port(), calls, 2);
            calls.forEach(EchoCall::allowGaps);

            second.close();

            goOn(calls, held);
            for (EchoCall call : calls) {
                assertTrue(call.longestSilenceMs() < LEFT_MS, "silent for " + call.longestSilenceMs() + " ms");
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    @Test
    void callsMoveToAWorkerThatComes() throws Exception {
        new Operator(system.demo()).limits("{\"max_concurrent_calls\":1000}");
        List<EchoCall> calls = new ArrayList<>();
        try {
            // given
            while (calls.size() < CALLS_OF_WHICH_SOME_MOVE) {
                calls.add(EchoCall.begin(system, agent));
            }
            for (EchoCall call : calls) {
                call.awaitHeard(25);
                call.allowGaps();
            }

            // when it is there, with its share
            try (WorkerService second = second()) {
                int moved = WorkerMetrics.conversations("http://127.0.0.1:" + second.port());

                // then
                assertTrue(moved > 0, "no call has moved");
                goOn(calls, moved);
                for (EchoCall call : calls) {
                    assertTrue(call.longestSilenceMs() < LEFT_MS, "silent for " + call.longestSilenceMs() + " ms");
                }
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    @Test
    void callsOutliveTheWorkerThatIsKilled() throws Exception {
        outliveTheWorkerThatIsKilled(2);
    }

    @Test
    @Tag("long")
    void fiftyCallsOutliveTheWorkerThatIsKilled() throws Exception {
        outliveTheWorkerThatIsKilled(50);
    }

    /// None ends, and of what comes nothing comes twice.
    private void outliveTheWorkerThatIsKilled(int most) throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            Api.awaitReady(system.demo().workerUrl());
            int held = callUntilHeldAt(second.adminUrl(), calls, most);
            calls.forEach(EchoCall::allowGaps);

            second.kill();

            goOn(calls, held);
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    @Test
    @Drill
    void nobodyHearsTwoAgentsWhereAFrozenWorkerThaws() throws Exception {
        nobodyHearsTwoAgentsWhereAWorkerThawsThatWasFrozenFor(1);
    }

    @Test
    @Tag("long")
    void norWhereItWasFrozenForHalfAMinute() throws Exception {
        nobodyHearsTwoAgentsWhereAWorkerThawsThatWasFrozenFor(30);
    }

    /// @param seconds at least, counted from when the calls are heard elsewhere
    private void nobodyHearsTwoAgentsWhereAWorkerThawsThatWasFrozenFor(int seconds) throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            // given a worker that stands still until another has taken its calls over
            Api.awaitReady(system.demo().workerUrl());
            int held = callUntilHeldAt(second.adminUrl(), calls, 2);
            calls.forEach(EchoCall::allowGaps);
            second.freeze();
            for (int n = 0; n < seconds; n++) {
                for (EchoCall call : calls) {
                    call.awaitHeard(FRAMES_A_SECOND);
                }
            }

            // when
            second.thaw();

            // then every frame is heard once, in order
            Api.awaitReady(second.adminUrl());
            goOn(calls, held);
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    @Test
    @Drill
    void aWorkerThatStandsStillForASecondKeepsItsCalls() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            // given
            Api.awaitReady(system.demo().workerUrl());
            callUntilHeldAt(second.adminUrl(), calls, 2);

            // when it stands still, as for a collection of its heap, until a second was not echoed
            long frozenNs = System.nanoTime();
            second.freeze();
            Wait.until("a second is not echoed", () -> Wait.when(calls.stream().anyMatch(call -> call.behindMs() >= 1_000)));
            second.thaw();
            long stoodStillMs = (System.nanoTime() - frozenNs) / 1_000_000;
            assumeTrue(stoodStillMs < SESSION_MS - MARGIN_MS, "it took " + stoodStillMs + " ms to let it go on");

            // then nobody takes a call from it, and no frame is lost
            for (EchoCall call : calls) {
                call.awaitHeard(100);
                call.hangUp();
            }
            for (EchoCall call : calls) {
                assertFalse(isResumed(api.awaitRun(agent, call.call.callId, "completed")));
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    /// Places calls until the worker at `url` holds so many, and says how many it holds.
    private int callUntilHeldAt(String url, List<EchoCall> calls, int many) throws Exception {
        while (WorkerMetrics.conversations(url) < many) {
            assertTrue(calls.size() < MOST_CALLS * many, "the second worker gets no calls");
            EchoCall call = EchoCall.begin(system, agent);
            calls.add(call);
            call.awaitHeard(25);
        }
        return WorkerMetrics.conversations(url);
    }

    /// All calls go on, hardly later than before, and come to their end; those that were held elsewhere were taken over.
    private void goOn(List<EchoCall> calls, int held) throws Exception {
        for (EchoCall call : calls) {
            call.awaitHeard(50);
        }
        for (EchoCall call : calls) {
            Wait.until("an echo that is not late", () ->
                    call.behindMs() < LATE_MS ? Optional.of(call.behindMs()) : Optional.empty());
            call.hangUp();
        }
        int resumed = 0;
        for (EchoCall call : calls) {
            JsonNode run = api.awaitRun(agent, call.call.callId, "completed");
            assertEquals("caller_hangup", run.path("end").path("by").asString());
            resumed += isResumed(run) ? 1 : 0;
        }
        assertTrue(resumed >= held, resumed + " of " + held + " conversations went on elsewhere");
    }

    @Test
    @Drill
    void anAgentThatWasTalkingTalksOnWhereItsWorkerLeaves() throws Exception {
        try (WorkerService second = second()) {
            talksOn("http://127.0.0.1:" + second.port(), second::close);
        }
    }

    @Test
    @Drill
    void anAgentThatWasTalkingTalksOnWhereItsWorkerIsKilled() throws Exception {
        try (ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            Api.awaitReady(system.demo().workerUrl());
            talksOn(second.adminUrl(), second::kill);
        }
    }

    /// What ends a worker.
    @FunctionalInterface
    private interface End {
        void come() throws Exception;
    }

    private void talksOn(String url, End end) throws Exception {
        try (SimulatedProvider provider = new SimulatedProvider()) {
            // given a call of the second worker whose agent tells the little story, which is long enough to be told by two
            CallPlan plan = CallPlan.to(URI.create(system.demo().streamUrl()), system.demo().domain())
                    .withSteps(List.of(new Step(new Cue.AgentSpeaks(200), new Action.Press('2'))));
            SimulatedProvider.Placed call = provider.begin(plan);
            awaitSaying(plan, "interrupted");
            for (int calls = 1; WorkerMetrics.conversations(url) < 1; calls++) {
                assertTrue(calls < MOST_CALLS, "the second worker gets no calls");
                call.hangUp();
                plan = CallPlan.to(plan.uri(), plan.accountSid()).withSteps(plan.steps());
                call = provider.begin(plan);
                awaitSaying(plan, "interrupted");
            }
            CallPlan told = plan;

            // when
            end.come();

            // then it goes on with it, and does not begin anew
            JsonNode moved = Wait.until("the conversation went on", () -> {
                JsonNode run = api.awaitRunOf(system.demo().agentUuid(), told.session(), "running");
                return Wait.when(isResumed(run)).map(_ -> run);
            });
            long saidBefore = count(moved, "said");
            Wait.until("the agent says more", 40_000, () -> Wait.when(count(moved, "said") > saidBefore));
            assertEquals(1, count(moved, "began"));
            // that may have been the end of the story, after which the agent hangs up by itself
            call.hangUp();
            assertEquals(1000, call.outcome().get(10, TimeUnit.SECONDS).closeCode());
        }
    }

    private WorkerService second() throws Exception {
        Map<String, String> variables = variables();
        variables.put("AGENT_STREAM_WORKER_SESSION_TIMEOUT", LONG_SESSION);
        variables.put("AGENT_STREAM_CONVERSATION_TIMEOUT", "60s"); // a worker has no use for it, but it is to be longer
        Config config = Config.load(variables, Map.of(), List.of());
        WorkerService worker = WorkerService.launch(config, new StopBarrier());
        Api.awaitReady("http://127.0.0.1:" + worker.port());
        Api.awaitReady(system.demo().workerUrl());
        return worker;
    }

    private Map<String, String> variables() {
        Map<String, String> variables = Beside.of(system, SharedSystem.environment());
        variables.put("AGENT_STREAM_CALL_KEYS_KEY", callKeysKey);
        variables.put("AGENT_STREAM_WORKER_SESSION_TIMEOUT", SESSION_MS + "ms");
        return variables;
    }

    private void awaitSaying(CallPlan plan, String type) throws Exception {
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "running");
        Wait.until("event " + type, () -> count(run, type) > 0 ? Optional.of(run) : Optional.empty());
    }

    private long count(JsonNode run, String type) throws Exception {
        return api.events(run).stream().filter(event -> event.path("type").asString("").equals(type)).count();
    }

    private boolean isResumed(JsonNode run) throws Exception {
        return count(run, "resumed") > 0;
    }
}
