package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.gateway.GatewayService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Two gateways that were told to use one slot, with calls on both.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class SharedSlotTest {

    private LocalSystem system;
    private Api api;
    private String agent;

    @BeforeEach
    void open(LocalSystem shared) throws Exception {
        system = shared;
        api = new Api(system.demo());
        agent = api.newAgent("{\"engine\":\"echo\"}");
    }

    @Test
    void noCallSuffersWhereTwoGatewaysShareASlot() throws Exception {
        try (GatewayService one = gateway();
                GatewayService two = gateway()) {
            Api.awaitReady("http://127.0.0.1:" + one.adminPort());
            Api.awaitReady("http://127.0.0.1:" + two.adminPort());
            try (EchoCall first = EchoCall.begin(attempt(one), EchoCall.FRAMES_OF_160);
                    EchoCall second = EchoCall.begin(attempt(two), EchoCall.FRAMES_OF_160)) {

                // when both talk
                first.awaitHeard(50);
                second.awaitHeard(50);
                first.hangUp();
                second.hangUp();

                // then both runs come to their own end
                for (EchoCall call : List.of(first, second)) {
                    assertEquals(
                            "caller_hangup",
                            api.awaitRun(agent, call.call.callId, "completed").path("end").path("by").asString());
                }
            }
        }
    }

    private GatewayService gateway() throws Exception {
        Map<String, String> variables = Beside.of(system, SharedSystem.environment());
        variables.put("AGENT_STREAM_GATEWAY_SLOT", "2");
        variables.put("AGENT_STREAM_DRAIN_TIMEOUT", "0s");
        return GatewayService.launch(Config.load(variables, Map.of(), List.of()), new StopBarrier());
    }

    private Attempt attempt(GatewayService gateway) {
        Attempt attempt = new Attempt(system, agent);
        attempt.gateway = "ws://127.0.0.1:" + gateway.port();
        return attempt;
    }
}
