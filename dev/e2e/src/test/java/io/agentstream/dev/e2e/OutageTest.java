package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.runtime.TopicProvisioner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Kafka or the database is away: services wait and say so, calls that cannot be recorded are refused, and afterwards everything
/// goes on by itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OwnSystem
final class OutageTest {

    private static final Duration VERDICT = Duration.ofMillis(SharedSystem.COLD_HANDSHAKE_MS + 12_000);

    /// How many frames go by while something is away: three seconds.
    private static final int OUTAGE_FRAMES = 150;

    private Infrastructure infrastructure;
    private LocalSystem system;

    @BeforeAll
    void start() throws Exception {
        infrastructure = Infrastructure.start();
        system = infrastructure.startSystem();
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
        infrastructure.close();
    }

    @Test
    void withoutTheDatabaseRunningCallsGoOnAndNewOnesAreRefused() throws Exception {
        Api api = new Api(system.demo());
        String agent = api.newAgent("{\"engine\":\"echo\"}");
        try (EchoCall running = EchoCall.begin(system, agent)) {
            infrastructure.stopPostgres();
            try (Afterwards _ = infrastructure::startPostgres) {
                Api.awaitNotReady(system.demo().apiAdminUrl(), "database");
                assertRefused(system, agent);
                running.awaitHeard(OUTAGE_FRAMES);
            }
            Api.awaitReady(system.demo().apiAdminUrl());
            try (EchoCall next = EchoCall.begin(system, agent)) {
                next.awaitHeard(5);
                next.hangUp();
            }
            running.awaitHeard(5);
            running.hangUp();
            assertEndedByCaller(api, agent, running);
        }
    }

    @Test
    void withoutKafkaNewCallsAreRefusedAndTheRunningOneGoesOnAfterwards() throws Exception {
        Api api = new Api(system.demo());
        String agent = api.newAgent("{\"engine\":\"echo\"}");
        List<String> services = List.of(
                system.demo().gatewayAdminUrl(), system.demo().apiAdminUrl(), system.demo().workerUrl());
        try (EchoCall running = EchoCall.begin(system, agent)) {
            running.allowGaps();
            infrastructure.stopKafka();
            try (Afterwards _ = infrastructure::startKafka) {
                for (String service : services) {
                    Api.awaitNotReady(service, "Kafka");
                }
                assertRefused(system, agent);
                assertTrue(!running.isOver(), "the running call was closed");
            }
            running.awaitHeard(50);
            for (String service : services) {
                Api.awaitReady(service);
            }
            try (EchoCall next = EchoCall.begin(system, agent)) {
                next.awaitHeard(5);
                next.hangUp();
            }
            running.awaitHeard(5);
            running.hangUp();
            assertEndedByCaller(api, agent, running);
        }
    }

    @Test
    void anOrchestratorThatStartsWithoutItsDatabaseWaitsForIt() throws Exception {
        Config config = Config.load(
                infrastructure.environment(),
                Map.of(
                        "AGENT_STREAM_BIND_ADDRESS", "127.0.0.1",
                        "AGENT_STREAM_CALL_PARTITIONS", "4",
                        "AGENT_STREAM_GATEWAY_SLOTS", "4",
                        "AGENT_STREAM_CREDENTIALS_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
                io.agentstream.orchestrator.Main.REQUIRED);
        try (Admin admin = new KafkaClients(config).admin("topics")) {
            assertEquals(List.of(), new TopicProvisioner(admin, TopicProvisioner.Plan.of(config)).provision());
        }
        infrastructure.stopPostgres();
        StopBarrier barrier = new StopBarrier();
        try (OrchestratorService orchestrator = OrchestratorService.launch(config, barrier)) {
            String url = "http://127.0.0.1:" + orchestrator.adminPort();
            Api.awaitNotReady(url, "database");

            infrastructure.startPostgres();

            Api.awaitReady(url);
            barrier.stop();
            assertTrue(barrier.await().isEmpty(), "a part of it broke");
        }
    }

    private static void assertRefused(LocalSystem system, String agent) throws Exception {
        Attempt attempt = new Attempt(system, agent);
        try (RawWebSocket socket = RawWebSocket.open(attempt.uri())) {
            socket.text(attempt.first.orElseThrow());
            socket.text(attempt.start());
            RawWebSocket.Farewell farewell = socket.awaitFarewell(VERDICT, true);
            assertEquals(1011, farewell.code());
            assertEquals("Internal server error", farewell.reason());
            assertTrue(farewell.tcpEnded(), "TCP is still open");
        }
    }

    private static void assertEndedByCaller(Api api, String agent, EchoCall call) throws Exception {
        for (JsonNode run : api.awaitNoOpenRun(agent)) {
            boolean refused = run.path("state").asString("").equals("failed");
            assertEquals(refused ? "internal_error" : "caller_hangup",
                    refused ? run.path("failure").path("code").asString("") : run.path("end").path("by").asString(""));
        }
        api.awaitRun(agent, call.call.callId, "completed");
    }
}
