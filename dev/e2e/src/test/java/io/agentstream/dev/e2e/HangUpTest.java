package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.e2e.CallSteps.Step;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.gateway.GatewayService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// There is one way out of a run: whoever ends it, and at whichever step of its call, the same facts are there and in the same order.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
@Timeout(360)
final class HangUpTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /// Until a call has spent what there was, its agent has had its time to finish, and it is closed; and until a call of which nobody hears is lost.
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(60);
    private static final String LONG = "one two three four five six seven eight nine ten ".repeat(8);
    private static final String BYE = "\"bye\":{\"say\":\"Goodbye.\",\"interruptible\":false,\"hang_up\":true,\"outcome\":\"parted\"}";
    private static final String TALKING = "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\""
            + LONG + "\",\"on_digit\":{\"any\":\"bye\"},\"on_silence\":{\"after_ms\":60000,\"go\":\"a\"}}," + BYE + "}}";
    /// Leaves as slowly: somebody may be faster.
    private static final String TALKING_ON = TALKING.replace("Goodbye.", LONG);
    private static final String GIVING_AWAY = "{\"engine\":\"cascade\",\"outcomes\":[\"parted\"],\"start\":\"desk\",\"nodes\":{"
            + "\"desk\":{\"type\":\"transfer\",\"to\":\"+15550130\",\"say\":\"One moment.\",\"outcome\":\"parted\",\"on_failure\":\"nobody\"},"
            + "\"nobody\":{\"type\":\"hangup\",\"say\":\"Nobody is there.\"}}}";
    private static final String BRIEF = "{\"engine\":\"scripted\",\"start\":\"bye\",\"nodes\":{" + BYE + "}}";

    /// What of a run's story is of its life, not of its conversation.
    private static final Set<String> LIFE =
            Set.of("offered", "created", "started", "running", "ended", "completed", "failed", "hang_up");

    /// The proof of a call takes its time, and is under way when it ends: that one comes last.
    private static final List<Step> TALKING_FIRST =
            List.of(Step.RUNNING, Step.CALLER_SPEAKS, Step.AGENT_SPEAKS, Step.ACCEPTED, Step.CONNECTED, Step.STARTED);

    private final Map<String, Attempt> attempts = new LinkedHashMap<>();
    private final Map<String, HangUpFacts> expected = new LinkedHashMap<>();
    private LocalSystem system;
    private Api api;
    private CallSteps steps;
    private String echo;
    private String talking;
    private String talkingOn;
    private String brief;
    private AwkwardReceiver receiver;
    private RunRecords records;

    @BeforeEach
    void open(LocalSystem shared) throws Exception {
        system = shared;
        api = new Api(system.demo());
        steps = new CallSteps(system);
        echo = api.newAgent("{\"engine\":\"echo\"}");
        talking = api.newAgent(TALKING);
        talkingOn = api.newAgent(TALKING_ON);
        brief = api.newAgent(BRIEF);
        receiver = new AwkwardReceiver();
        records = new RunRecords(system, receiver);
        records.follow(api);
    }

    @AfterEach
    void close() throws Exception {
        records.unfollow();
        receiver.close();
    }

    /// How a caller goes.
    private enum Way {
        CLOSE {
            @Override
            void leave(RawWebSocket socket) throws IOException {
                socket.closeFrame(1000, "");
            }
        },
        STOP {
            @Override
            void leave(RawWebSocket socket) throws IOException {
                socket.text("{\"event\":\"stop\",\"streamSid\":\"MZ-1\",\"stop\":{\"callSid\":\"CA-1\"}}");
            }
        },
        RESET {
            @Override
            void leave(RawWebSocket socket) throws IOException {
                socket.reset();
            }
        };

        abstract void leave(RawWebSocket socket) throws IOException;
    }

    @Test
    void theSameIsKnownInTheSameOrderWhoeverEndsTheCallAndWhen() throws Exception {
        List<FutureTask<?>> spent = new ArrayList<>();
        for (Step step : List.of(Step.RUNNING, Step.CALLER_SPEAKS, Step.AGENT_SPEAKS)) {
            spent.add(theMoneyIsUsedUp(step));
        }
        theGatewayIsGone(List.of(Step.RUNNING, Step.CALLER_SPEAKS, Step.AGENT_SPEAKS));
        for (Step step : Step.values()) {
            for (Way way : Way.values()) {
                if (way == Way.STOP && (step == Step.ACCEPTED || step == Step.CONNECTED)) {
                    continue; // there it is a breach of the handshake
                }
                callerLeaves(step, way);
            }
        }
        agentLeaves(Step.RUNNING);
        agentLeaves(Step.AGENT_SPEAKS);
        theGatewayEnds("max_duration", "limit", Map.of("AGENT_STREAM_MAX_CALL_DURATION", "2s"), List.of(Step.RUNNING, Step.AGENT_SPEAKS));
        theGatewayEnds("idle", "limit", Map.of("AGENT_STREAM_IDLE_TIMEOUT", "2s"), List.of(Step.RUNNING));
        steps.proofTakes(3_500); // a second longer than the drain, at least
        theGatewayEnds("drained", "operator", Map.of("AGENT_STREAM_DRAIN_TIMEOUT", "1s"), TALKING_FIRST);
        steps.proofTakes(1_500);
        theGatewayBreaks(TALKING_FIRST);
        for (Step step : Step.values()) {
            thePeerBreaks(step);
        }
        theAgentGivesTheCallerAway();
        theProviderReconnects(Step.RUNNING);
        theProviderReconnects(Step.AGENT_SPEAKS);
        for (FutureTask<?> end : spent) {
            end.get();
        }

        long deadlineNs = System.nanoTime() + LONG_PATIENCE.toNanos();
        Map<String, HangUpFacts> facts = facts();
        while (!facts.equals(expected) && System.nanoTime() < deadlineNs) {
            facts = facts();
        }
        for (String what : expected.keySet()) {
            assertEquals(expected.get(what), facts.get(what), what);
        }
    }

    private void callerLeaves(Step step, Way way) throws Exception {
        Attempt attempt = attempt(step);
        try (RawWebSocket socket = steps.at(step, attempt)) {
            way.leave(socket);
            if (way != Way.RESET) {
                socket.awaitFarewell(PATIENCE, true);
            }
        }
        boolean began = step.compareTo(Step.STARTED) >= 0;
        HangUpFacts facts = began ? HangUpFacts.completed("caller_hangup", "caller") : HangUpFacts.failed("abandoned", "caller");
        expect("caller, " + way + ", " + step, attempt, step == Step.AGENT_IS_LEAVING ? facts.achieving("parted") : facts);
    }

    private void agentLeaves(Step step) throws Exception {
        Attempt attempt = new Attempt(system, step == Step.RUNNING ? brief : talking);
        try (RawWebSocket socket = step == Step.RUNNING ? attempt.open() : steps.at(step, attempt)) {
            if (step == Step.AGENT_SPEAKS) {
                CallSteps.digit(socket);
            }
            socket.awaitFarewell(PATIENCE, true);
        }
        expect("agent, " + step, attempt, HangUpFacts.completed("agent_hangup", "agent").hungUp().achieving("parted"));
    }

    /// Of a gateway beside the system's, whose calls may take their time to begin: others come to their steps meanwhile.
    private Map<String, String> besides() {
        Map<String, String> variables = Beside.of(system, SharedSystem.environment());
        variables.put("AGENT_STREAM_HANDSHAKE_TIMEOUT", "60s");
        return variables;
    }

    /// A call that its gateway ends before it talks is not served, and nobody but we is to blame. One whose proof is under way begins, and is over.
    private static HangUpFacts ours(Step step) {
        return step == Step.STARTED
                ? HangUpFacts.brokenAfterTalk("internal_error", "system")
                : HangUpFacts.failed("internal_error", "system");
    }

    private void theGatewayEnds(String end, String by, Map<String, String> how, List<Step> all) throws Exception {
        Map<String, String> variables = besides();
        variables.putAll(how);
        List<RawWebSocket> sockets = new ArrayList<>();
        GatewayService gateway = GatewayService.launch(
                Config.load(variables, Map.of(), List.of()), new StopBarrier());
        try {
            Api.awaitReady("http://127.0.0.1:" + gateway.adminPort());
            for (Step step : all) {
                Attempt attempt = attempt(step);
                attempt.gateway = "ws://127.0.0.1:" + gateway.port();
                sockets.add(steps.at(step, attempt));
                HangUpFacts facts = HangUpFacts.completed(end, by).hungUp();
                expect(end + ", " + step, attempt, step.compareTo(Step.RUNNING) < 0 ? ours(step) : facts);
            }
            if (end.equals("drained")) {
                gateway.close();
            }
            for (RawWebSocket socket : sockets) {
                socket.awaitFarewell(PATIENCE, true);
            }
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
            gateway.close();
        }
    }

    /// Of an organisation whose money lasts for six seconds.
    ///
    /// @return when the call is over
    private FutureTask<?> theMoneyIsUsedUp(Step step) throws Exception {
        Tenant tenant = Tenant.create(system.demo(), "{\"price_per_minute\":\"1.00\"}");
        tenant.operator().grant(tenant.ownerId(), "0.10");
        records.follow(tenant.api());
        String agent = tenant.api().newAgent(step == Step.AGENT_SPEAKS ? TALKING_ON : "{\"engine\":\"echo\"}");
        steps.belongs(agent, tenant.api());
        Attempt attempt = tenant.attempt(system, agent);
        RawWebSocket socket = steps.at(step, attempt);
        FutureTask<?> end = new FutureTask<>(() -> {
            try (socket) {
                return socket.awaitFarewell(LONG_PATIENCE, true);
            }
        });
        Thread.ofVirtual().start(end);
        expect("credits, " + step, attempt, HangUpFacts.completed("credits", "limit").hungUp());
        return end;
    }

    private void theGatewayIsGone(List<Step> all) throws Exception {
        List<RawWebSocket> sockets = new ArrayList<>();
        try (ServiceProcess gateway =
                ServiceProcess.start(ServiceProcess.Kind.GATEWAY, Beside.of(system, SharedSystem.environment()))) {
            for (Step step : all) {
                Attempt attempt = attempt(step);
                attempt.gateway = "ws://127.0.0.1:" + gateway.port();
                sockets.add(steps.at(step, attempt));
                expect("lost, " + step, attempt, HangUpFacts.completed("lost", "system").withoutTheSocketsEnd().hungUp());
            }
            gateway.kill();
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private void theGatewayBreaks(List<Step> all) throws Exception {
        List<RawWebSocket> sockets = new ArrayList<>();
        StopBarrier barrier = new StopBarrier();
        GatewayService gateway =
                GatewayService.launch(Config.load(besides(), Map.of(), List.of()), barrier);
        try {
            Api.awaitReady("http://127.0.0.1:" + gateway.adminPort());
            for (Step step : all) {
                Attempt attempt = attempt(step);
                attempt.gateway = "ws://127.0.0.1:" + gateway.port();
                sockets.add(steps.at(step, attempt));
                HangUpFacts facts = HangUpFacts.brokenAfterTalk("internal_error", "system");
                expect("our fault, " + step, attempt, step.compareTo(Step.RUNNING) < 0 ? ours(step) : facts);
            }
            barrier.fault(new IllegalStateException("something broke"));
            gateway.close();
            for (RawWebSocket socket : sockets) {
                socket.awaitFarewell(PATIENCE, true);
            }
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
            gateway.close();
        }
    }

    private void thePeerBreaks(Step step) throws Exception {
        Attempt attempt = attempt(step);
        try (RawWebSocket socket = steps.at(step, attempt)) {
            socket.binary(new byte[160]);
            socket.awaitFarewell(PATIENCE, true);
        }
        HangUpFacts facts = step.compareTo(Step.STARTED) < 0
                ? HangUpFacts.failed("binary_message", "provider")
                : HangUpFacts.brokenAfterTalk("binary_message", "provider");
        expect("the peer's fault, " + step, attempt, step == Step.AGENT_IS_LEAVING ? facts.achieving("parted") : facts);
    }

    private void theAgentGivesTheCallerAway() throws Exception {
        Attempt attempt = new Attempt(system, api.newAgent(GIVING_AWAY));
        try (RawWebSocket socket = attempt.open()) {
            socket.awaitFarewell(PATIENCE, true);
        }
        expect("transferred", attempt, HangUpFacts.completed("transferred", "agent").saying("Transferred").achieving("parted"));
    }

    private void theProviderReconnects(Step step) throws Exception {
        Attempt older = attempt(step);
        Attempt newer = new Attempt(system, echo);
        newer.second = Optional.of(older.start());
        try (RawWebSocket first = steps.at(step, older)) {
            try (RawWebSocket second = steps.at(Step.RUNNING, newer)) {
                first.awaitFarewell(PATIENCE, true);
                second.closeFrame(1000, "");
                second.awaitFarewell(PATIENCE, true);
            }
        }
        expect("replaced, " + step, older, HangUpFacts.completed("replaced", "provider").decidedFirst());
        expect("replacing, " + step, newer, HangUpFacts.completed("caller_hangup", "caller"));
    }

    private void expect(String what, Attempt attempt, HangUpFacts facts) {
        attempts.put(what, attempt);
        expected.put(what, facts);
    }

    private Attempt attempt(Step step) {
        return new Attempt(system, step.compareTo(Step.AGENT_SPEAKS) >= 0 ? talkingOn : echo);
    }

    private Map<String, HangUpFacts> facts() throws Exception {
        Map<String, List<String>> said = new HashMap<>();
        for (var record : TopicReader.read(system.demo().kafkaBootstrapServers(), Topics.RUN_EVENTS)) {
            if (Topics.RUN_EVENTS.codec().decode(record.value()) instanceof Decoded.Value<RunEvent>(RunEvent event)) {
                said.computeIfAbsent(event.callId().toString(), _ -> new ArrayList<>()).add(event.getClass().getSimpleName());
            }
        }
        Map<String, HangUpFacts> facts = new LinkedHashMap<>();
        RunRecords.Seen seen = records.see();
        for (var attempt : attempts.entrySet()) {
            JsonNode run = steps.api(attempt.getValue()).runs(attempt.getValue().agent).stream()
                    .filter(one -> attempt.getValue().callId.equals(one.path("gathered_context").path("call_id").asString("")))
                    .findFirst()
                    .orElseThrow();
            List<String> story = steps.api(attempt.getValue()).events(run).stream()
                    .map(event -> event.path("type").asString(""))
                    .filter(LIFE::contains)
                    .toList();
            facts.put(attempt.getKey(), new HangUpFacts(
                    run.path("state").asString(""), text(run.path("end").path("by")), text(run.path("failure").path("code")),
                    run.path("disconnected_by").asString(""), text(run.path("outcome")), !run.path("started_at").isNull(),
                    !run.path("ended_at").isNull(), !run.path("cost").isNull(), story,
                    said.getOrDefault(run.path("call_id").asString(""), List.of()),
                    system.sandbox().hungUp(attempt.getValue().session),
                    seen.otherwise(run, said.getOrDefault(run.path("call_id").asString(""), List.of()))));
        }
        return facts;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.asString() : null;
    }
}
