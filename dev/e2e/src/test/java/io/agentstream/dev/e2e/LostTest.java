package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A gateway is killed, with the settings that an installation has where nobody chose others.
@KillsProcesses
final class LostTest {

    /// In which a call is given up: from its last sign of life, or from when there is an orchestrator again. That is what is promised, and nothing
    /// is added to it.
    private static final Duration LOST_WITHIN = Duration.ofSeconds(15);

    /// How long ago the last sign of life of a call can be, with what a busy machine may add.
    private static final Duration SIGN_EVERY = Duration.ofSeconds(6);

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
                awaitSigns(system, attempt, 1); // soon after one it takes longest

                // when
                gateway.kill();
                Instant killed = Instant.now();

                // then
                JsonNode run = Wait.until("the run is given up", LONG_MS, () -> api.runs(agent).stream()
                        .filter(each -> !each.path("ended_at").isNull())
                        .findFirst());
                assertGivenUp(system, run, lastSign(system, run));
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
            awaitSigns(before, attempt, 2);
            gateway.kill();
            killed = Instant.now();
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
            assertGivenUp(after, run, back);
            assertLost(after, attempt, run, killed);

            // and its place is free
            try (EchoCall next = EchoCall.begin(after, agent)) {
                next.hangUp();
            }
        }
    }

    /// By when that is said: how long it takes until this test looks is not what is promised.
    private static void assertGivenUp(LocalSystem system, JsonNode run, Instant since) throws Exception {
        Instant said = Wait.until("it is said", () -> of(system, run, Topics.RUN_EVENTS)
                .filter(record -> decoded(Topics.RUN_EVENTS, record) instanceof RunEvent.Completed)
                .map(record -> Instant.ofEpochMilli(record.timestamp()))
                .findFirst());
        Duration took = Duration.between(since, said);
        System.out.println("given up after " + took.toMillis() + " ms");
        assertTrue(took.compareTo(LOST_WITHIN) <= 0, "given up after " + took);
    }

    /// By the gateway's own clock.
    private static Instant lastSign(LocalSystem system, JsonNode run) throws Exception {
        return of(system, run, Topics.CALL_LIFECYCLE)
                .map(record -> decoded(Topics.CALL_LIFECYCLE, record))
                .filter(CallEvent.Alive.class::isInstance)
                .map(CallEvent::at)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static Stream<ConsumerRecord<byte[], byte[]>> of(LocalSystem system, JsonNode run, Topic<?> topic) throws Exception {
        String call = run.path("call_id").asString();
        return TopicReader.read(system.demo().kafkaBootstrapServers(), topic).stream()
                .filter(record -> call.equals(new String(record.key(), StandardCharsets.UTF_8)));
    }

    private static <V> V decoded(Topic<V> topic, ConsumerRecord<byte[], byte[]> record) {
        return ((Decoded.Value<V>) topic.codec().decode(record.value())).value();
    }

    private static void assertLost(LocalSystem system, Attempt attempt, JsonNode run, Instant killed) throws Exception {
        assertEquals("completed", run.path("state").asString(), run.toString());
        assertEquals("lost", run.path("end").path("by").asString());
        assertEquals("system", run.path("disconnected_by").asString());
        Instant ended = Instant.parse(run.path("ended_at").asString());
        assertEquals(lastSign(system, run).truncatedTo(ChronoUnit.MILLIS), ended.truncatedTo(ChronoUnit.MILLIS), "the last sign of life");
        assertTrue(!ended.isAfter(killed), ended + " is after " + killed);
        assertTrue(Duration.between(ended, killed).compareTo(SIGN_EVERY) <= 0, ended + " is long before " + killed);
        Wait.until("the provider is told", () -> Wait.when(system.sandbox().hungUp(attempt.session)));
    }

    private static void awaitSigns(LocalSystem system, Attempt attempt, int count) throws Exception {
        Instant since = Instant.now();
        try (Lifecycle lifecycle = new Lifecycle(system.demo())) {
            Wait.until("signs of life", LONG_MS, () -> Wait.when(lifecycle.of(attempt.callId).stream()
                    .filter(event -> event instanceof CallEvent.Alive && event.at().isAfter(since))
                    .count() >= count));
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
