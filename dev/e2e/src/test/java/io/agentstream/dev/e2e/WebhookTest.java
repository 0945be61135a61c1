package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.Json;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A call, and what a receiver is told of it.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class WebhookTest {

    /// What the receiver was told of the run of that name.
    static Optional<JsonNode> message(AwkwardReceiver receiver, String type, String run) {
        return receiver.got.stream()
                .map(got -> Json.MAPPER.readTree(got.body()))
                .filter(message -> message.path("type").asString().equals(type))
                .filter(message -> message.at("/data/run/name").asString().equals(run))
                .findFirst();
    }

    @Test
    void aReceiverIsToldEverythingOfACall(LocalSystem system) throws Exception {
        // given
        Api api = new Api(system.demo());
        try (AwkwardReceiver receiver = new AwkwardReceiver()) {
            JsonNode hook = api.send(
                    "POST", "/api/v1/webhooks", "{\"url\":\"" + receiver.url() + "\",\"events\":[\"run.started\",\"run.ended\"]}");
            CallPlan plan = CallPlan.to(URI.create(system.demo().streamUrl()), system.demo().domain())
                    .withSteps(List.of(
                            new Step(new Cue.AgentSpeaks(1_000), new Action.Press('7')),
                            new Step(new Cue.Then(3_000), new Action.HangUp())))
                    .withMaxMs(40_000);

            // when
            Telephone.place(plan);

            // then
            JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
            String name = run.path("name").asString();
            JsonNode started = Wait.until("run.started", () -> message(receiver, "run.started", name));
            JsonNode ended = Wait.until("run.ended", () -> message(receiver, "run.ended", name)).path("data");
            assertEquals("running", started.at("/data/run/state").asString());
            assertEquals(run.path("cost"), ended.at("/run/cost"));
            assertTrue(new BigDecimal(run.path("cost").asString()).signum() > 0, "its talk costs something: " + run);
            assertEquals("caller_hangup", ended.at("/run/end/by").asString());
            assertEquals("7", ended.at("/keys/0/digit").asString());
            assertEquals("agent", ended.at("/turns/0/by").asString());
            assertTrue(ended.at("/turns/0/text").asString().startsWith("Hello"), ended.toString());
            assertTrue(ended.at("/turns/0/interrupted").booleanValue(), ended.toString());
            assertTrue(ended.path("cut").isNull());
            api.send("DELETE", "/api/v1/webhooks/" + hook.path("id").asLong(), "");
        }
    }
}
