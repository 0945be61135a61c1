package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.schemas.CallEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The contract's table of close codes, row by row and in pairs. Rows 15 and 16 are in [OutageTest] and [DrainTest].
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class CloseCodesTest {

    private LocalSystem system;
    private Api api;
    private String agent;

    @BeforeEach
    void open(LocalSystem shared) throws Exception {
        system = shared;
        api = new Api(system.demo());
        agent = api.newAgent("{\"engine\":\"echo\"}");
        boolean known = api.send("GET", "/api/v1/telephony-configurations", "").path("items").valueStream()
                .anyMatch(c -> c.toString().contains(Attempt.DOMAIN_WITHOUT_TOKEN));
        if (!known) {
            api.send("POST", "/api/v1/telephony-configurations",
                    "{\"name\":\"tokenless\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\""
                            + Attempt.DOMAIN_WITHOUT_TOKEN + "\"}}");
        }
    }

    @AfterEach
    void restore() throws Exception {
        new Operator(system.demo()).limits("{\"max_concurrent_calls\":1000,\"suspended\":false}");
    }

    @ParameterizedTest
    @EnumSource
    void everyCauseHasItsCodeItsReasonItsEventAndItsRun(Cause cause) throws Exception {
        Attempt call = new Attempt(system, agent);
        cause.spoil(call);
        String reason = cause.failure.reason(switch (cause) {
            case UNKNOWN_PROVIDER, UNSUPPORTED_PROVIDER -> call.provider;
            case UNKNOWN_DOMAIN -> call.domain;
            default -> "";
        });

        RawWebSocket.Farewell farewell = call.place();

        assertEquals(cause.failure.closeCode(), farewell.code());
        assertEquals(reason, farewell.reason());
        assertTrue(farewell.tcpEnded(), "TCP is still open");
        try (Lifecycle lifecycle = new Lifecycle(system.demo())) {
            CallEvent.Ended ended = lifecycle.awaitEnded(call.callId);
            assertEquals(cause.failure.closeCode(), ended.closeCode());
            assertEquals(reason, ended.closeReason());
            assertEquals(cause.failure, ended.failure());
        }
        if (cause.failure.runFailure().isPresent()) {
            JsonNode run = api.awaitRun(call.agent, call.callId, "failed");
            assertEquals(cause.failure.runFailure().get(), run.path("failure").path("code").asString());
            assertEquals(reason, run.path("failure").path("reason").asString());
        } else {
            assertEquals(List.of(), api.runs(agent));
        }
    }

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        Cause[] causes = Cause.values();
        for (int first = 0; first < causes.length; first++) {
            for (int second = first + 1; second < causes.length; second++) {
                if (!causes[first].excludes(causes[second])) {
                    pairs.add(Arguments.of(causes[first], causes[second]));
                }
            }
        }
        return pairs.stream();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void ofTwoCausesTheFirstInTheTableDecides(Cause first, Cause second) throws Exception {
        Attempt call = new Attempt(system, agent);
        second.spoil(call);
        first.spoil(call);

        RawWebSocket.Farewell farewell = call.place();

        assertEquals(first.failure.closeCode(), farewell.code(), farewell.reason());
        assertTrue(farewell.reason().startsWith(first.failure.reason("").strip()), farewell.reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"not-a-uuid", "%F0%9F%98%80", "0", "..%2f..%2fetc"})
    void whatIsNoUuidIsNoWorkflow(String name) throws Exception {
        Attempt call = new Attempt(system, name);

        assertEquals(1008, call.place().code());
    }

    @Test
    void anArchivedAgentIsNoWorkflow() throws Exception {
        api.send("DELETE", "/api/v1/agents/" + agent, "");

        RawWebSocket.Farewell farewell = new Attempt(system, agent).place();

        assertEquals("Workflow not found", farewell.reason());
    }

    @Test
    void theDomainOfTheFrameServesWhereTheUrlHasNone() throws Exception {
        Attempt call = new Attempt(system, agent);
        call.domain = null;

        try (RawWebSocket socket = call.openInDemo()) {
            assertEquals("running", api.awaitRun(agent, call.callId, "running").path("state").asString());
            socket.text("{\"event\":\"stop\"}");
            socket.closeFrame(1000, "");
            assertEquals(1000, socket.awaitFarewell(java.time.Duration.ofSeconds(5), true).code());
        }
        api.awaitRun(agent, call.callId, "completed");
    }

    @Test
    void theFormWithTheProviderInThePathTakesEverythingFromTheFrame() throws Exception {
        Attempt call = new Attempt(system, agent);
        call.pathForm = true;
        call.domain = null;
        call.accountSid = "DEMO";

        try (RawWebSocket socket = call.openInDemo()) {
            JsonNode run = api.awaitRun(agent, call.callId, "running");
            assertEquals("+15550100", run.path("initial_context").path("caller_number").asString());
            assertEquals("cloudonix", run.path("initial_context").path("provider").asString());
            assertEquals("gold", run.path("initial_context").path("customer_tier").asString());
            assertEquals("demo.cloudonix.net", run.path("logs").path("inbound_webhook").path("domain").asString());
            socket.closeFrame(1000, "");
        }
        api.awaitRun(agent, call.callId, "completed");
    }

    @Test
    void aCallThatEndsAsCallsDoClosesWith1000AndItsRunIsComplete() throws Exception {
        Attempt call = new Attempt(system, agent);

        try (RawWebSocket socket = call.openInDemo()) {
            api.awaitRun(agent, call.callId, "running");
            socket.text("{\"event\":\"stop\",\"streamSid\":\"MZ-1\",\"stop\":{\"session\":\"" + call.session + "\"}}");
            RawWebSocket.Farewell farewell = socket.awaitFarewell(java.time.Duration.ofSeconds(5), true);
            assertEquals(1000, farewell.code());
        }

        JsonNode run = api.awaitRun(agent, call.callId, "completed");
        assertEquals("caller_hangup", run.path("end").path("by").asString());
        assertEquals(1000, run.path("end").path("close_code").asInt());
        assertTrue(run.path("name").asString().matches("WR-AGS-[0-9]{8}"));
        assertTrue(run.path("duration_seconds").asDouble() >= 0);
    }
}
