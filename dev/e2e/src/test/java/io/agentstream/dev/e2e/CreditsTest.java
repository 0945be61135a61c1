package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// Calls of an organisation whose money lasts for six seconds.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class CreditsTest {

    private static final BigDecimal GRANTED = new BigDecimal("0.10");

    /// What a balance may lack: half a minute of talk, of which the grace is 15 s and looking again 5.
    private static final BigDecimal MOST_OVERDRAWN = new BigDecimal("-0.50");

    private static final String SENTENCE = "This is a rather long sentence, and whoever hears it to its end has been"
            + " listening for longer than the money of its owner lasts, which is six seconds and no more than that.";

    private LocalSystem system;
    private Tenant tenant;

    @BeforeEach
    void moneyForSixSeconds(LocalSystem shared) throws Exception {
        system = shared;
        tenant = Tenant.create(system.demo(), "{\"price_per_minute\":\"1.00\"}");
        tenant.operator().grant(tenant.ownerId(), GRANTED.toPlainString());
    }

    @Test
    void theAgentFinishesItsSentenceWhenTheMoneyIsUsedUp() throws Exception {
        String agent = tenant.api().newAgent("{\"engine\":\"scripted\",\"start\":\"a\",\"nodes\":{\"a\":{\"say\":\"" + SENTENCE
                + "\",\"on_digit\":{\"1\":\"a\"}}}}");
        CallPlan plan = CallPlan.to(tenant.stream(agent), tenant.domain()).withSteps(List.of()).withMaxMs(60_000);

        CallOutcome outcome = Telephone.place(plan);

        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = tenant.api().awaitRunOf(agent, plan.session(), "completed");
        assertEquals("credits", run.path("end").path("by").asString(), run.toString());
        JsonNode said = Wait.until("what was said", () -> tenant.api().events(run).stream()
                .filter(event -> event.path("type").asString().equals("said"))
                .findFirst());
        assertTrue(said.path("payload").path("whole").asBoolean(), said.toString());
        assertTrue(said.path("payload").path("played_ms").asLong() > 7_000, said.toString());
        theLedgerAddsUp(run);
    }

    @Test
    void whoNeverStopsTalkingIsEndedAfterTheGrace() throws Exception {
        String agent = tenant.api().newAgent("{\"engine\":\"echo\"}");
        try (EchoCall call = EchoCall.begin(tenant.attempt(system, agent), EchoCall.FRAMES_OF_160)) {
            Wait.until("the end of the call", 40_000, () -> Wait.when(call.isOver()));

            assertEquals(1000, call.awaitClose());
            JsonNode run = tenant.api().awaitRun(agent, call.call.callId, "completed");
            assertEquals("credits", run.path("end").path("by").asString(), run.toString());
            theLedgerAddsUp(run);
        }
    }

    @Test
    void ofTwoCallsOfWhichTheMoneyIsThereForOneTheOtherIsRefused() throws Exception {
        String agent = tenant.api().newAgent("{\"engine\":\"echo\"}");
        try (EchoCall first = EchoCall.begin(tenant.attempt(system, agent), EchoCall.FRAMES_OF_160)) {
            Attempt second = tenant.attempt(system, agent);
            try (var socket = second.open()) {
                var farewell = socket.awaitFarewell(java.time.Duration.ofSeconds(15), true);

                assertEquals("Quota exceeded", farewell.reason());
            }
            first.hangUp();
            theLedgerAddsUp(tenant.api().awaitRun(agent, first.call.callId, "completed"));
        }
    }

    /// What was charged is what the run costs and what the balance lacks, no second of it twice, and little more than there was.
    private void theLedgerAddsUp(JsonNode run) throws Exception {
        BigDecimal cost = new BigDecimal(run.path("cost").asString());
        BigDecimal credits = new BigDecimal(tenant.api().send("GET", "/api/v1/users/me", "").path("credits").asString());
        List<JsonNode> entries = tenant.api().send("GET", "/api/v1/ledger?limit=500", "").path("items").valueStream().toList();
        BigDecimal charged = entries.stream()
                .filter(entry -> entry.path("run_id").asLong() == run.path("id").asLong())
                .map(entry -> new BigDecimal(entry.path("amount").asString()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal seconds = new BigDecimal(run.path("duration_seconds").asString()).setScale(0, java.math.RoundingMode.CEILING);
        assertEquals(0, cost.add(charged).signum(), cost + " " + charged);
        assertEquals(0, GRANTED.subtract(cost).compareTo(credits), cost + " " + credits);
        BigDecimal talk = seconds.divide(BigDecimal.valueOf(60), 4, java.math.RoundingMode.HALF_UP);
        assertEquals(0, cost.compareTo(talk), "a started second, once: " + talk + ", and not as " + run);
        assertTrue(credits.compareTo(MOST_OVERDRAWN) > 0, credits.toPlainString());
        assertEquals(Optional.of("grant"), entries.stream().map(entry -> entry.path("kind").asString()).reduce((a, b) -> b));
    }
}
