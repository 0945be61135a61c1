package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawFrame;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.dev.simulator.sandbox.Behaviour;
import io.agentstream.dev.simulator.sandbox.Script;
import io.agentstream.gateway.GatewayService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// There is one way out of a run: whoever ends it, and at whichever step of its call, the same facts are there and in the same order.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class HangUpTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration HEARD_WITHIN = Duration.ofMillis(500);
    private static final String LONG = "one two three four five six seven eight nine ten ".repeat(8);
    private static final String BYE = "\"bye\":{\"say\":\"Goodbye.\",\"interruptible\":false,\"hang_up\":true,\"outcome\":\"parted\"}";
    private static final String TALKING = "{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\""
            + LONG + "\",\"on_digit\":{\"any\":\"bye\"},\"on_silence\":{\"after_ms\":60000,\"go\":\"a\"}}," + BYE + "}}";
    /// Leaves as slowly: somebody may be faster.
    private static final String TALKING_ON = TALKING.replace("Goodbye.", LONG);
    private static final String BRIEF = "{\"engine\":\"scripted\",\"start\":\"bye\",\"nodes\":{" + BYE + "}}";

    /// What of a run's story is of its life, not of its conversation.
    private static final Set<String> LIFE =
            Set.of("offered", "created", "started", "running", "ended", "completed", "failed", "hang_up");

    private final Map<String, Attempt> attempts = new LinkedHashMap<>();
    private final Map<String, Facts> expected = new LinkedHashMap<>();
    private LocalSystem system;
    private Api api;
    private String echo;
    private String talking;
    private String talkingOn;
    private String brief;

    @BeforeEach
    void open(LocalSystem shared) throws Exception {
        system = shared;
        api = new Api(system.demo());
        echo = api.newAgent("{\"engine\":\"echo\"}");
        talking = api.newAgent(TALKING);
        talkingOn = api.newAgent(TALKING_ON);
        brief = api.newAgent(BRIEF);
    }

    /// What is known of a run when it is over.
    ///
    /// @param said on `run.events.v1`
    /// @param told whether the provider was told to hang up
    private record Facts(
            String state, @Nullable String end, @Nullable String failure, String disconnectedBy, @Nullable String outcome,
            boolean began, boolean ended, boolean priced, List<String> story, List<String> said, boolean told) {

        static Facts failed(String failure, String by) {
            return new Facts(
                    "failed", null, failure, by, null, false, true, false, List.of("offered", "created", "ended", "failed"),
                    List.of("Created", "Failed"), false);
        }

        static Facts completed(String end, String by) {
            return new Facts(
                    "completed", end, null, by, null, true, true, true,
                    List.of("offered", "created", "started", "running", "ended", "completed"),
                    List.of("Created", "Running", "Completed"), false);
        }

        Facts achieving(String what) {
            return new Facts(state, end, failure, disconnectedBy, what, began, ended, priced, story, said, told);
        }

        /// As it is where the call would go on at the provider.
        Facts hungUp() {
            return new Facts(
                    state, end, failure, disconnectedBy, outcome, began, ended, priced, with(story, "hang_up"), with(said, "HangUp"),
                    true);
        }

        /// As it is where the decision came before the socket's end.
        Facts decidedFirst() {
            List<String> order = new ArrayList<>(story);
            order.remove("ended");
            order.add("ended");
            return new Facts(state, end, failure, disconnectedBy, outcome, began, ended, priced, order, said, told);
        }

        private static List<String> with(List<String> list, String last) {
            List<String> longer = new ArrayList<>(list);
            longer.add(last);
            return longer;
        }
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

    /// How far a call has come.
    private enum Step {
        ACCEPTED, CONNECTED, STARTED, RUNNING, CALLER_SPEAKS, AGENT_SPEAKS, AGENT_IS_LEAVING
    }

    @Test
    void theSameIsKnownInTheSameOrderWhoeverEndsTheCallAndWhen() throws Exception {
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
        theGatewayEnds("drained", "operator", Map.of("AGENT_STREAM_DRAIN_TIMEOUT", "1s"), List.of(Step.RUNNING, Step.CALLER_SPEAKS, Step.AGENT_SPEAKS));
        theProviderReconnects(Step.RUNNING);
        theProviderReconnects(Step.AGENT_SPEAKS);

        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        Map<String, Facts> facts = facts();
        while (!facts.equals(expected) && System.nanoTime() < deadlineNs) {
            facts = facts();
        }
        for (String what : expected.keySet()) {
            assertEquals(expected.get(what), facts.get(what), what);
        }
    }

    private void callerLeaves(Step step, Way way) throws Exception {
        Attempt attempt = attempt(step);
        try (RawWebSocket socket = at(step, attempt)) {
            way.leave(socket);
            if (way != Way.RESET) {
                socket.awaitFarewell(PATIENCE, true);
            }
        }
        boolean began = step.compareTo(Step.STARTED) >= 0;
        Facts facts = began ? Facts.completed("caller_hangup", "caller") : Facts.failed("abandoned", "caller");
        expect("caller, " + way + ", " + step, attempt, step == Step.AGENT_IS_LEAVING ? facts.achieving("parted") : facts);
    }

    private void agentLeaves(Step step) throws Exception {
        Attempt attempt = new Attempt(system, step == Step.RUNNING ? brief : talking);
        try (RawWebSocket socket = at(step, attempt)) {
            if (step == Step.AGENT_SPEAKS) {
                digit(socket);
            }
            socket.awaitFarewell(PATIENCE, true);
        }
        expect("agent, " + step, attempt, Facts.completed("agent_hangup", "agent").hungUp().achieving("parted"));
    }

    private void theGatewayEnds(String end, String by, Map<String, String> how, List<Step> steps) throws Exception {
        Map<String, String> variables = Beside.of(system, SharedSystem.environment());
        variables.putAll(how);
        List<RawWebSocket> sockets = new ArrayList<>();
        GatewayService gateway = GatewayService.launch(
                Config.load(variables, Map.of(), List.of()), new StopBarrier());
        try {
            Api.awaitReady("http://127.0.0.1:" + gateway.adminPort());
            for (Step step : steps) {
                Attempt attempt = attempt(step);
                attempt.gateway = "ws://127.0.0.1:" + gateway.port();
                sockets.add(at(step, attempt));
                expect(end + ", " + step, attempt, Facts.completed(end, by).hungUp());
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

    private void theProviderReconnects(Step step) throws Exception {
        Attempt older = attempt(step);
        Attempt newer = new Attempt(system, echo);
        newer.second = Optional.of(older.start());
        try (RawWebSocket first = at(step, older)) {
            try (RawWebSocket second = at(Step.RUNNING, newer)) {
                first.awaitFarewell(PATIENCE, true);
                second.closeFrame(1000, "");
                second.awaitFarewell(PATIENCE, true);
            }
        }
        expect("replaced, " + step, older, Facts.completed("replaced", "provider").decidedFirst());
        expect("replacing, " + step, newer, Facts.completed("caller_hangup", "caller"));
    }

    private void expect(String what, Attempt attempt, Facts facts) {
        attempts.put(what, attempt);
        expected.put(what, facts);
    }

    private Attempt attempt(Step step) {
        return new Attempt(system, step.compareTo(Step.AGENT_SPEAKS) >= 0 ? talkingOn : echo);
    }

    /// A call that has come so far.
    private RawWebSocket at(Step step, Attempt attempt) throws Exception {
        if (step == Step.STARTED) {
            system.sandbox().script(attempt.session, new Script(Behaviour.SLOW, 1, 1_500));
        }
        attempt.silent = true;
        RawWebSocket socket = attempt.open();
        api.awaitRun(attempt.agent, attempt.callId, "initialized");
        if (step == Step.ACCEPTED) {
            return socket;
        }
        socket.text(attempt.first.orElseThrow());
        if (step == Step.CONNECTED) {
            return socket;
        }
        socket.text(attempt.start());
        if (step == Step.STARTED) {
            try (Lifecycle lifecycle = new Lifecycle(system.demo())) {
                Wait.until("its start is known", () -> lifecycle.started(attempt.callId));
            }
            return socket;
        }
        if (!attempt.agent.equals(brief)) {
            api.awaitRun(attempt.agent, attempt.callId, "running");
        }
        switch (step) {
            case ACCEPTED, CONNECTED, STARTED, RUNNING -> {}
            case CALLER_SPEAKS -> speakUntilHeard(socket);
            case AGENT_SPEAKS -> awaitAudio(socket);
            case AGENT_IS_LEAVING -> {
                awaitAudio(socket);
                digit(socket);
                Wait.until("the agent says goodbye", () -> Wait.when(api.events(api.awaitRun(attempt.agent, attempt.callId, "running")).stream()
                        .anyMatch(event -> event.path("payload").path("node").asString("").equals("bye"))));
            }
        }
        return socket;
    }

    private static void digit(RawWebSocket socket) throws IOException {
        socket.text("{\"event\":\"dtmf\",\"streamSid\":\"MZ-1\",\"dtmf\":{\"digit\":\"1\"}}");
    }

    private static void speak(RawWebSocket socket) throws IOException {
        String payload = Base64.getEncoder().encodeToString(new byte[160]);
        for (int frame = 0; frame < 5; frame++) {
            socket.text("{\"event\":\"media\",\"streamSid\":\"MZ-1\",\"media\":{\"track\":\"inbound\",\"payload\":\"" + payload + "\"}}");
        }
    }

    /// A gateway hears of the running run after the API knows it, and passes over what is said before.
    private static void speakUntilHeard(RawWebSocket socket) throws IOException {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            speak(socket);
            try {
                if (isAudio(socket.read(HEARD_WITHIN).orElseThrow(() -> new AssertionError("the socket is closed")))) {
                    return;
                }
            } catch (SocketTimeoutException notYet) {
                assertTrue(System.nanoTime() < deadlineNs, "the caller is not heard");
            }
        }
    }

    private static void awaitAudio(RawWebSocket socket) throws IOException {
        while (!isAudio(read(socket))) {
            // something else, such as a mark
        }
    }

    private static boolean isAudio(RawFrame frame) {
        return new String(frame.payload(), StandardCharsets.UTF_8).contains("\"media\"");
    }

    private static RawFrame read(RawWebSocket socket) throws IOException {
        return socket.read(PATIENCE).orElseThrow(() -> new AssertionError("the socket is closed"));
    }

    private Map<String, Facts> facts() throws Exception {
        Map<String, List<String>> said = new HashMap<>();
        for (var record : TopicReader.read(system.demo().kafkaBootstrapServers(), Topics.RUN_EVENTS)) {
            if (Topics.RUN_EVENTS.codec().decode(record.value()) instanceof Decoded.Value<RunEvent>(RunEvent event)) {
                said.computeIfAbsent(event.callId().toString(), _ -> new ArrayList<>()).add(event.getClass().getSimpleName());
            }
        }
        Map<String, Facts> facts = new LinkedHashMap<>();
        for (var attempt : attempts.entrySet()) {
            JsonNode run = api.runs(attempt.getValue().agent).stream()
                    .filter(one -> attempt.getValue().callId.equals(one.path("gathered_context").path("call_id").asString("")))
                    .findFirst()
                    .orElseThrow();
            List<String> story = api.events(run).stream()
                    .map(event -> event.path("type").asString(""))
                    .filter(LIFE::contains)
                    .toList();
            facts.put(attempt.getKey(), new Facts(
                    run.path("state").asString(""), text(run.path("end").path("by")), text(run.path("failure").path("code")),
                    run.path("disconnected_by").asString(""), text(run.path("outcome")), !run.path("started_at").isNull(),
                    !run.path("ended_at").isNull(), !run.path("cost").isNull(), story,
                    said.getOrDefault(run.path("call_id").asString(""), List.of()),
                    system.sandbox().hungUp(attempt.getValue().session)));
        }
        return facts;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.asString() : null;
    }
}
