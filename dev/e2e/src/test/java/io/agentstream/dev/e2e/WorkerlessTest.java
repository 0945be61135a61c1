package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.cli.audit.Audit;
import io.agentstream.cli.audit.Window;
import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.gateway.GatewayService;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Nobody is there to talk: no worker ever was, or the last one is gone. Nobody has to listen to silence, or pay for it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OwnSystem
final class WorkerlessTest {

    private static final Duration VERDICT = Duration.ofSeconds(40);

    /// So soon a call is ended once it can be known that nobody holds it.
    private static final Duration KNOWN_FOR = Duration.ofSeconds(5);

    /// For how long a call is new, and a worker may be about to take it.
    private static final Duration NEW_FOR = Duration.ofSeconds(2);

    private static final Duration GONE_AFTER = Duration.ofSeconds(2);

    /// Longer than this test: what waits for that does not end a call here.
    private static final String NEVER = "5m";

    private static final long FACTS_MS = 60_000;

    private Infrastructure infrastructure;
    private CloudonixSandbox sandbox;
    private DemoFile before;
    private String agent;

    @BeforeAll
    void start() throws Exception {
        infrastructure = Infrastructure.start();
        try (LocalSystem complete = infrastructure.startSystem()) {
            before = complete.demo();
            agent = new Api(before).newAgent("{\"engine\":\"echo\"}");
        }
        JsonNode secrets = Json.MAPPER.readTree(
                Files.readAllBytes(infrastructure.systemDirectory().resolve("secrets.json")));
        sandbox = CloudonixSandbox.start(
                "127.0.0.1", 0, Map.of(before.domain(), secrets.path("bearer_token").asString()));
        Map<String, String> environment = infrastructure.environment();
        environment.remove("AGENT_STREAM_CONVERSATION_TIMEOUT"); // which tests have of their own
        environment.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
        environment.put("AGENT_STREAM_GATEWAY_SLOTS", "4");
        environment.put("AGENT_STREAM_CALL_PARTITIONS", "4");
        environment.put("AGENT_STREAM_DRAIN_TIMEOUT", "0s");
        environment.put("AGENT_STREAM_CLOUDONIX_API_URL", sandbox.url().toString());
    }

    @AfterAll
    void stop() throws Exception {
        sandbox.close();
        infrastructure.close();
    }

    /// Five seconds after whoever held the workers' group would have been missed, and soon after that.
    @Test
    void aCallThatNoWorkerTakesFailsAndCostsNothing() throws Exception {
        // given
        try (Services services = new Services(Map.of("AGENT_STREAM_WORKERS_GONE_AFTER", NEVER));
                RawWebSocket socket = RawWebSocket.open(services.attempt.uri())) {
            // when
            socket.text(services.attempt.first.orElseThrow());
            socket.text(services.attempt.start());

            // then
            assertEquals(1011, socket.awaitFarewell(VERDICT, true).code());
            JsonNode run = services.api.awaitRun(agent, services.attempt.callId, "failed");
            Duration known = session().plusSeconds(5); // a worker that was killed may be missed so late, and another have so long to take its calls
            assertTrue(talked(run).compareTo(known) >= 0 && talked(run).compareTo(known.plus(KNOWN_FOR)) < 0, run.toString());
            assertFailedForNothing(run);
        }
    }

    @Test
    void aCallEndsWithACauseWhenTheLastWorkerIsKilled() throws Exception {
        // given
        try (Services services = new Services(Map.of(
                        "AGENT_STREAM_CONVERSATION_TIMEOUT", NEVER, "AGENT_STREAM_WORKERS_GONE_AFTER", GONE_AFTER.toSeconds() + "s"));
                ServiceProcess worker =
                        ServiceProcess.start(ServiceProcess.Kind.WORKER, infrastructure.environment());
                EchoCall call = EchoCall.begin(services.attempt, EchoCall.FRAMES_OF_160)) {
            call.awaitHeard(25);
            call.allowGaps();

            // when
            Instant killed = Instant.now();
            worker.kill();

            // then
            assertEquals(1011, call.awaitClose());
            JsonNode run = services.api.awaitRun(agent, services.attempt.callId, "failed");
            assertFailedForNothing(run);
            Instant known = killed.plus(session()).plus(GONE_AFTER);
            assertTrue(Instant.parse(run.path("ended_at").asString()).isBefore(known.plus(KNOWN_FOR)), killed + ": " + run);

            // and of a call that comes then it is known as soon as it is not new any more
            Attempt next = services.attempt();
            try (RawWebSocket socket = RawWebSocket.open(next.uri())) {
                socket.text(next.first.orElseThrow());
                socket.text(next.start());
                assertEquals(1011, socket.awaitFarewell(VERDICT, true).code());
            }
            JsonNode nobodys = services.api.awaitRun(agent, next.callId, "failed");
            assertFailedForNothing(nobodys);
            assertTrue(talked(nobodys).compareTo(NEW_FOR.plus(KNOWN_FOR)) < 0, nobodys.toString());
        }
    }

    private Duration session() throws Exception {
        return Config.load(infrastructure.environment(), Map.of(), List.of()).get(Keys.WORKER_SESSION_TIMEOUT);
    }

    private static Duration talked(JsonNode run) {
        return Duration.between(Instant.parse(run.path("started_at").asString()), Instant.parse(run.path("ended_at").asString()));
    }

    /// No worker is missed yet. The run, the ledger, the facts, their sum and the audit say the same.
    @Test
    void whoHangsUpBeforeAWorkerTakesTheCallPaysNothing() throws Exception {
        // given
        Instant since = Instant.now();
        try (Services services = new Services(
                        Map.of("AGENT_STREAM_CONVERSATION_TIMEOUT", NEVER, "AGENT_STREAM_WORKERS_GONE_AFTER", NEVER));
                RawWebSocket socket = RawWebSocket.open(services.attempt.uri())) {
            socket.text(services.attempt.first.orElseThrow());
            socket.text(services.attempt.start());
            services.api.awaitRun(agent, services.attempt.callId, "running");

            // when
            socket.closeFrame(1000, "");

            // then
            JsonNode run = services.api.awaitRun(agent, services.attempt.callId, "completed");
            assertEquals("caller_hangup", run.path("end").path("by").asString(), run.toString());
            assertTrue(run.path("duration_seconds").asDouble() > 0, run.toString());
            assertEquals(0, new BigDecimal(run.path("cost").asString()).signum(), run.toString());
            RunFacts facts = Wait.until("facts are final", FACTS_MS, () -> Optional.ofNullable(
                            TopicReader.latest(infrastructure.servers(), Topics.RUNS).get(run.path("call_id").asString()))
                    .filter(each -> Boolean.TRUE.equals(each.isFinal())));
            assertEquals(0, new BigDecimal(String.valueOf(facts.cost())).signum(), facts.toString());
            for (Usage usage : TopicReader.latest(infrastructure.servers(), Topics.USAGE).values()) {
                assertEquals(0, new BigDecimal(String.valueOf(usage.cost())).signum(), usage.toString());
            }
            assertEquals(Set.of(), audit(since));
        }
    }

    private Set<String> audit(Instant since) throws Exception {
        Map<String, String> environment = infrastructure.environment();
        Set<String> found = new TreeSet<>();
        Instant now = Instant.now();
        try (Database database = new Database(Database.Settings.of(
                environment.get("AGENT_STREAM_DATABASE_URL"),
                environment.get("AGENT_STREAM_DATABASE_USER"),
                new Secret(environment.get("AGENT_STREAM_DATABASE_PASSWORD"))))) {
            new Audit(new KafkaClients(infrastructure.servers(), Map.of(), Duration.ZERO), database)
                    .run(new Window(since, now, now, Duration.ZERO, Duration.ofMinutes(2)), wrong -> found.add(wrong.line()));
        }
        return found;
    }

    private static void assertFailedForNothing(JsonNode run) {
        assertEquals("internal_error", run.path("failure").path("code").asString(), run.toString());
        assertEquals(0, new BigDecimal(run.path("cost").asString("0")).signum(), run.toString());
    }

    /// A gateway and an orchestrator, and a call to be placed there.
    private final class Services implements AutoCloseable {

        private final GatewayService gateway;
        private final OrchestratorService orchestrator;
        private final Api api;
        private final DemoFile demo;
        private final Attempt attempt;

        Services(Map<String, String> over) throws Exception {
            Map<String, String> environment = new HashMap<>(infrastructure.environment());
            environment.putAll(over);
            Config config = Config.load(environment, Map.of(), List.of());
            gateway = GatewayService.launch(config, new StopBarrier());
            orchestrator = OrchestratorService.launch(config, new StopBarrier());
            demo = new DemoFile(
                    before.operatorKey(),
                    "http://127.0.0.1:" + gateway.port(),
                    "http://127.0.0.1:" + gateway.adminPort(),
                    "http://127.0.0.1:" + orchestrator.port(),
                    "http://127.0.0.1:" + orchestrator.adminPort(),
                    before.workerUrl(),
                    before.cloudonixUrl(),
                    before.kafkaBootstrapServers(),
                    before.jdbcUrl(),
                    before.databaseUser(),
                    before.databasePassword(),
                    before.apiKey(),
                    before.organizationId(),
                    before.agentUuid(),
                    before.echoAgentUuid(),
                    before.domain(),
                    before.streamUrl(),
                    before.echoStreamUrl(),
                    before.assistantAgentUuid());
            api = new Api(demo);
            attempt = attempt();
            Api.awaitReady(demo.gatewayAdminUrl());
            Api.awaitReady(demo.apiAdminUrl());
        }

        /// Another call of the same agent.
        Attempt attempt() {
            Attempt another = new Attempt(demo, sandbox, agent);
            another.gateway = "ws://127.0.0.1:" + gateway.port();
            return another;
        }

        @Override
        public void close() throws InterruptedException {
            try (orchestrator) {
                gateway.close();
            }
        }
    }
}
