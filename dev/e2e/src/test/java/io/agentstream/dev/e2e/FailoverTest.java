package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A worker leaves or is killed while it holds conversations; the one that stays goes on with them.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class FailoverTest {

    /// So many calls, and each worker has some of them.
    private static final int MOST_CALLS = 16;

    /// The group's session timeout: who leaves in good order does not keep the others waiting for it.
    private static final long SESSION_MS = 6_000;

    /// Less than what was said while nobody answered: that is not played afterwards. How much less depends on the machine.
    private static final long LATE_MS = SESSION_MS / 2;

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
    void callsOutliveTheWorkerThatLeaves() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (WorkerService second = second()) {
            int held = callUntilHeldAt("http://127.0.0.1:" + second.port(), calls);
            calls.forEach(EchoCall::allowGaps);

            second.close();

            goOn(calls, held);
            for (EchoCall call : calls) {
                assertTrue(call.longestSilenceMs() < SESSION_MS, "silent for " + call.longestSilenceMs() + " ms");
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    @Test
    void callsOutliveTheWorkerThatIsKilled() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            Api.awaitReady(system.demo().workerUrl());
            int held = callUntilHeldAt(second.adminUrl(), calls);
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
    void nobodyHearsTwoAgentsWhereAFrozenWorkerThaws() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try (ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            // given a worker that stands still until another has taken its calls over
            Api.awaitReady(system.demo().workerUrl());
            int held = callUntilHeldAt(second.adminUrl(), calls);
            calls.forEach(EchoCall::allowGaps);
            second.freeze();
            for (EchoCall call : calls) {
                call.awaitHeard(50);
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

    /// Places calls until the worker at `url` holds two, and says how many it holds.
    private int callUntilHeldAt(String url, List<EchoCall> calls) throws Exception {
        while (conversations(url) < 2) {
            assertTrue(calls.size() < MOST_CALLS, "the second worker gets no calls");
            EchoCall call = EchoCall.begin(system, agent);
            calls.add(call);
            call.awaitHeard(25);
        }
        return conversations(url);
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
    void anAgentThatWasTalkingTalksOn() throws Exception {
        List<SimulatedProvider.Placed> calls = new ArrayList<>();
        List<CallPlan> plans = new ArrayList<>();
        try (SimulatedProvider provider = new SimulatedProvider();
                WorkerService second = second()) {
            String url = "http://127.0.0.1:" + second.port();
            while (conversations(url) < 1) {
                assertTrue(calls.size() < MOST_CALLS, "the second worker gets no calls");
                // the little story is long enough to be told by two
                CallPlan plan = CallPlan.to(URI.create(system.demo().streamUrl()), system.demo().domain())
                        .withSteps(List.of(new Step(new Cue.AgentSpeaks(200), new Action.Press('2'))));
                plans.add(plan);
                calls.add(provider.begin(plan));
                awaitSaying(plan, "interrupted");
            }

            second.close();

            JsonNode moved = Wait.until("a conversation that went on", () -> {
                for (CallPlan plan : plans) {
                    JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "running");
                    if (isResumed(run)) {
                        return Optional.of(run);
                    }
                }
                return Optional.empty();
            });
            long saidBefore = count(moved, "said");
            Wait.until("the agent says more", 40_000, () ->
                    count(moved, "said") > saidBefore ? Optional.of(saidBefore) : Optional.empty());
            // that may have been the end of the story, after which the agent hangs up by itself
            calls.forEach(SimulatedProvider.Placed::hangUp);
            for (SimulatedProvider.Placed call : calls) {
                assertEquals(1000, call.outcome().get(10, TimeUnit.SECONDS).closeCode());
            }
        }
    }

    private WorkerService second() throws Exception {
        Config config = Config.load(variables(), Map.of(), List.of());
        WorkerService worker = WorkerService.launch(config, new StopBarrier());
        Api.awaitReady("http://127.0.0.1:" + worker.port());
        Api.awaitReady(system.demo().workerUrl());
        return worker;
    }

    private Map<String, String> variables() {
        Map<String, String> variables = Beside.of(system, SharedSystem.environment());
        variables.put("AGENT_STREAM_CALL_KEYS_KEY", callKeysKey);
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

    /// Conversations that the worker at `url` says it holds.
    static int conversations(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String metrics = client.send(
                            HttpRequest.newBuilder(URI.create(url + "/metrics")).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.matches("agent_stream_[a-z_]*conversations(\\{.*})? .*"))
                    .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }
}
