package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.schemas.CallEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A gateway is killed, with the settings that an installation has where nobody chose others.
@KillsProcesses
final class LostTest {

    /// In which a call is to be given up from when that can be known.
    private static final Duration LOST_WITHIN = Duration.ofSeconds(15);

    /// What the machine may add: the database, and this test's own looking.
    private static final Duration SLACK = Duration.ofSeconds(5);

    private static final Duration SIGN_EVERY = Duration.ofSeconds(4);
    private static final long LONG_MS = 90_000;

    private Infrastructure infrastructure;

    @BeforeEach
    void start() throws Exception {
        infrastructure = Infrastructure.start();
        infrastructure.environment().put("AGENT_STREAM_IDLE_TIMEOUT", "10m");
        infrastructure.environment().remove("AGENT_STREAM_CALL_ALIVE_INTERVAL");
        infrastructure.environment().remove("AGENT_STREAM_CALL_LOST_AFTER");
    }

    @AfterEach
    void stop() throws Exception {
        infrastructure.close();
    }

    @Test
    @Tag("long")
    void aCallOfAGatewayThatDiesIsGivenUpSoonAndEndedWhenItWasLastHeardOf() throws Exception {
        try (LocalSystem system = infrastructure.startSystem(); ServiceProcess gateway = gateway()) {
            Api api = new Api(system.demo());
            String agent = api.newAgent("{\"engine\":\"echo\"}");
            new Operator(system.demo()).limits("{\"max_concurrent_calls\":1}");
            Attempt attempt = attempt(system, agent, gateway);
            try (RawWebSocket socket = attempt.open()) {
                api.awaitRun(agent, attempt.callId, "running");

                // when
                gateway.kill();
                Instant killed = Instant.now();

                // then
                JsonNode run = Wait.until("the run is given up", LONG_MS, () -> api.runs(agent).stream()
                        .filter(each -> !each.path("ended_at").isNull())
                        .findFirst());
                Duration took = Duration.between(killed, Instant.now());
                assertTrue(took.compareTo(LOST_WITHIN.plus(SLACK)) <= 0, "given up after " + took);
                assertLost(system, attempt, run, killed);

                // and its place is free
                try (EchoCall next = EchoCall.begin(system, agent)) {
                    next.hangUp();
                }
            }
        }
    }

    @Test
    void aGatewayThatDiesWhileThereIsNoOrchestratorHasLostItsCallsThen() throws Exception {
        Attempt attempt;
        Instant killed;
        String agent;
        try (LocalSystem before = infrastructure.startSystem(); ServiceProcess gateway = gateway()) {
            Api api = new Api(before.demo());
            agent = api.newAgent("{\"engine\":\"echo\"}");
            new Operator(before.demo()).limits("{\"max_concurrent_calls\":1}");
            attempt = attempt(before, agent, gateway);
            RawWebSocket socket = attempt.open();
            api.awaitRun(agent, attempt.callId, "running");
            before.close();
            awaitSigns(before, attempt);
            killed = Instant.now();
            gateway.kill();
            socket.close();
        }

        // when orchestrators are there again
        try (LocalSystem after = infrastructure.startSystem()) {
            Api api = new Api(after.demo());
            Instant back = Instant.now();
            JsonNode run = Wait.until("the run is given up", LONG_MS, () -> api.runs(agent).stream()
                    .filter(each -> !each.path("ended_at").isNull())
                    .findFirst());

            // then it is dated as if they had never been away
            Duration took = Duration.between(back, Instant.now());
            assertTrue(took.compareTo(LOST_WITHIN.plus(SLACK)) <= 0, "given up after " + took);
            assertLost(after, attempt, run, killed);

            // and its place is free
            try (EchoCall next = EchoCall.begin(after, agent)) {
                next.hangUp();
            }
        }
    }

    private static void assertLost(LocalSystem system, Attempt attempt, JsonNode run, Instant killed) throws Exception {
        assertEquals("completed", run.path("state").asString(), run.toString());
        assertEquals("lost", run.path("end").path("by").asString());
        assertEquals("system", run.path("disconnected_by").asString());
        Instant ended = Instant.parse(run.path("ended_at").asString());
        assertTrue(!ended.isAfter(killed), ended + " is after " + killed);
        assertTrue(Duration.between(ended, killed).compareTo(SIGN_EVERY.plus(SLACK)) <= 0, ended + " is long before " + killed);
        Wait.until("the provider is told", () -> Wait.when(system.sandbox().hungUp(attempt.session)));
    }

    /// Signs of life that no orchestrator reads before it is over.
    private static void awaitSigns(LocalSystem system, Attempt attempt) throws Exception {
        Instant since = Instant.now();
        try (Lifecycle lifecycle = new Lifecycle(system.demo())) {
            Wait.until("signs of life", LONG_MS, () -> Wait.when(lifecycle.of(attempt.callId).stream()
                    .filter(event -> event instanceof CallEvent.Alive && event.at().isAfter(since))
                    .count() >= 2));
        }
    }

    private static Attempt attempt(LocalSystem system, String agent, ServiceProcess gateway) {
        Attempt attempt = new Attempt(system, agent);
        attempt.gateway = "ws://127.0.0.1:" + gateway.port();
        return attempt;
    }

    private ServiceProcess gateway() throws Exception {
        Map<String, String> environment = new HashMap<>(infrastructure.environment());
        environment.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
        environment.put("AGENT_STREAM_GATEWAY_SLOTS", "4");
        environment.put("AGENT_STREAM_CALL_PARTITIONS", "4");
        return ServiceProcess.start(ServiceProcess.Kind.GATEWAY, environment);
    }
}
