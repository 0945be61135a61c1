package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// The provider opens a second socket for a call of an organisation that may have no more than this one.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class ReconnectTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Test
    void theCallGoesOnOnTheNewSocketAndNobodyElseGetsIn(LocalSystem system) throws Exception {
        Tenant tenant = Tenant.create(system.demo(), "{\"max_concurrent_calls\":1,\"price_per_minute\":\"0.10\"}");
        tenant.operator().grant(tenant.ownerId(), "0.10"); // all of which is held for it
        String agent = tenant.api().newAgent("{\"engine\":\"echo\"}");
        Attempt silent = tenant.attempt(system, agent);
        silent.silent = true;
        Attempt stranger = tenant.attempt(system, agent);
        Attempt newer = tenant.attempt(system, agent);
        try (EchoCall older = EchoCall.begin(tenant.attempt(system, agent), EchoCall.FRAMES_OF_160)) {
            newer.second = Optional.of(older.call.start());

            RawWebSocket.Farewell ofSilent = farewell(silent);
            RawWebSocket.Farewell ofStranger = farewell(stranger);
            try (EchoCall second = EchoCall.begin(newer, EchoCall.FRAMES_OF_160)) {
                assertEquals(1000, older.awaitClose());
                second.awaitHeard(50);
                second.hangUp();
            }

            for (RawWebSocket.Farewell refused : List.of(ofSilent, ofStranger)) {
                assertEquals(1008, refused.code());
                assertEquals("Quota exceeded", refused.reason());
            }
            JsonNode replaced = tenant.api().awaitRun(agent, older.call.callId, "completed");
            JsonNode replacing = tenant.api().awaitRun(agent, newer.callId, "completed");
            assertEquals("replaced", replaced.path("end").path("by").asString());
            assertEquals("caller_hangup", replacing.path("end").path("by").asString());
        }
    }

    private static RawWebSocket.Farewell farewell(Attempt attempt) throws Exception {
        try (RawWebSocket socket = attempt.open()) {
            return socket.awaitFarewell(PATIENCE, true);
        }
    }
}
