package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.gateway.GatewayService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A gateway of its own, beside the shared system's, is told to stop while calls are running on it.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class DrainTest {

    private static final Duration DRAIN = Duration.ofSeconds(4);

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
    void aDrainingGatewayTakesNoCallsLetsSomeEndAndClosesTheRest() throws Exception {
        GatewayService gateway = launch(new StopBarrier(), DRAIN);
        String url = "http://127.0.0.1:" + gateway.adminPort();
        FutureTask<Optional<String>> closing = new FutureTask<>(() -> {
            gateway.close();
            return Optional.empty();
        });
        Api.awaitReady(url);
        try (EchoCall ends = EchoCall.begin(attempt(gateway), EchoCall.FRAMES_OF_160);
                EchoCall stays = EchoCall.begin(attempt(gateway), EchoCall.FRAMES_OF_160)) {

            // when
            Thread.ofPlatform().name("closes-the-gateway").start(closing);
            Api.awaitNotReady(url, "draining");

            // then new calls are refused, and that is on record
            Attempt refused = attempt(gateway);
            try (RawWebSocket socket = RawWebSocket.open(refused.uri())) {
                RawWebSocket.Farewell farewell = socket.awaitFarewell(Duration.ofSeconds(5), true);
                assertEquals(1013, farewell.code());
                assertEquals("Try again later", farewell.reason());
                assertTrue(farewell.tcpEnded(), "TCP is still open");
            }
            try (Lifecycle lifecycle = new Lifecycle(system.demo())) {
                CallEvent.Ended ended = lifecycle.awaitEnded(refused.callId);
                assertEquals(1013, ended.closeCode());
                assertEquals(Failure.TRY_AGAIN_LATER, ended.failure());
            }

            // and the calls that are there go on, until they end or time is up
            ends.awaitHeard(20);
            ends.hangUp();
            assertEquals(1000, stays.awaitClose());
            assertTrue(closing.get(30, TimeUnit.SECONDS).isEmpty());

            JsonNode first = api.awaitRun(agent, ends.call.callId, "completed");
            JsonNode second = api.awaitRun(agent, stays.call.callId, "completed");
            assertEquals("caller_hangup", first.path("end").path("by").asString());
            assertEquals("drained", second.path("end").path("by").asString());
            assertEquals(1000, second.path("end").path("close_code").asInt());
            assertEquals(2, api.runs(agent).size(), "a refused call has a run");
            Wait.until("the provider is told", () -> system.sandbox().hungUp(stays.call.session)
                    ? Optional.of(true)
                    : Optional.empty());
        } finally {
            gateway.close();
        }
    }

    @Test
    void aGatewayThatStopsBecauseAPartOfItBrokeSaysThatItFailed() throws Exception {
        // given
        StopBarrier barrier = new StopBarrier();
        GatewayService gateway = launch(barrier, Duration.ofSeconds(1));
        Api.awaitReady("http://127.0.0.1:" + gateway.adminPort());
        try (EchoCall call = EchoCall.begin(attempt(gateway), EchoCall.FRAMES_OF_160)) {
            barrier.fault(new IllegalStateException("something broke"));

            // when
            gateway.close();

            // then
            assertEquals(1011, call.awaitClose());
            JsonNode run = api.awaitRun(agent, call.call.callId, "failed");
            assertEquals("internal_error", run.path("failure").path("code").asString(), run.toString());
        } finally {
            gateway.close();
        }
    }

    private GatewayService launch(StopBarrier barrier, Duration drain) throws Exception {
        Map<String, String> own = Beside.of(system, SharedSystem.environment());
        own.put("AGENT_STREAM_GATEWAY_SLOT", "1");
        own.put("AGENT_STREAM_DRAIN_TIMEOUT", drain.toSeconds() + "s");
        return GatewayService.launch(Config.load(own, Map.of(), List.of()), barrier);
    }

    private Attempt attempt(GatewayService gateway) {
        Attempt attempt = new Attempt(system, agent);
        attempt.gateway = "ws://127.0.0.1:" + gateway.port();
        return attempt;
    }
}
