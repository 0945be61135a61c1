package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.KafkaCluster;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Three brokers, of which one or two are away.
final class ClusterTest {

    private static final Duration VERDICT = Duration.ofMillis(SharedSystem.COLD_HANDSHAKE_MS + 20_000);
    private static final int SLOT = 0;
    private static final int CALLS = 2;

    private Path directory;
    private KafkaCluster kafka;
    private LocalSystem system;
    private Api api;
    private String agent;

    @BeforeEach
    void start() throws Exception {
        directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "e2e-");
        kafka = KafkaCluster.start(directory.resolve("brokers"));
        Map<String, String> environment = SharedSystem.coldEnvironment();
        environment.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("AGENT_STREAM_TOPIC_REPLICATION", "3");
        environment.put("AGENT_STREAM_GATEWAY_SLOT", Integer.toString(SLOT));
        environment.put("AGENT_STREAM_CALL_LOST_AFTER", "60s");
        system = LocalSystem.start(
                Files.createDirectories(directory.resolve("system")), false, environment, new StopBarrier(), step -> {});
        api = new Api(system.demo());
        agent = api.newAgent("{\"engine\":\"echo\"}");
    }

    @AfterEach
    void stop() throws Exception {
        system.close();
        kafka.close();
        DirectoryTree.delete(directory);
    }

    @Test
    void callsOutliveABroker() throws Exception {
        // given calls that hear each answer through one broker
        List<EchoCall> calls = new ArrayList<>();
        try {
            for (int n = 0; n < CALLS; n++) {
                calls.add(talking());
            }

            // when
            kafka.kill(leaderOfReplies());

            // then they go on, without hearing anything twice, and so do new ones
            for (EchoCall call : calls) {
                call.awaitHeard(50);
            }
            calls.add(beginAsSoonAsPossible());
            endAll(calls);
            for (JsonNode run : api.awaitNoOpenRun(agent)) {
                assertOneOrRefused(run, calls);
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    @Test
    void whereTooFewBrokersAreLeftToKeepARecordCallsGoOnAndNewOnesAreRefused() throws Exception {
        List<EchoCall> calls = new ArrayList<>();
        try {
            // given
            calls.add(talking());
            int left = leaderOfReplies();
            List<Integer> away = IntStream.rangeClosed(1, 3).filter(id -> id != left).boxed().toList();

            // when
            away.forEach(kafka::kill);

            // then
            assertRefused();
            calls.getFirst().awaitHeard(50);

            // and when they are back, then nothing is left of it
            for (int id : away) {
                kafka.startBroker(id);
            }
            for (String service : services()) {
                Api.awaitReady(service);
            }
            calls.add(beginAsSoonAsPossible());
            endAll(calls);
            for (JsonNode run : api.awaitNoOpenRun(agent)) {
                assertOneOrRefused(run, calls);
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    private EchoCall talking() throws Exception {
        EchoCall call = EchoCall.begin(system, agent);
        call.awaitHeard(25);
        call.allowGaps();
        return call;
    }

    /// Calls are refused while the cluster finds itself; the first that is not.
    private EchoCall beginAsSoonAsPossible() throws Exception {
        return Wait.until("a call is taken", 60_000, () -> {
            try {
                EchoCall call = EchoCall.begin(system, agent);
                call.allowGaps();
                return Optional.of(call);
            } catch (AssertionError refused) {
                return Optional.empty();
            }
        });
    }

    private void assertRefused() throws Exception {
        Attempt attempt = new Attempt(system, agent);
        try (RawWebSocket socket = RawWebSocket.open(attempt.uri())) {
            socket.text(attempt.first.orElseThrow());
            socket.text(attempt.start());
            RawWebSocket.Farewell farewell = socket.awaitFarewell(VERDICT, true);
            assertEquals(1011, farewell.code());
            assertEquals("Internal server error", farewell.reason());
        }
    }

    private static void endAll(List<EchoCall> calls) throws Exception {
        for (EchoCall call : calls) {
            call.awaitHeard(25);
            call.hangUp();
        }
    }

    private void assertOneOrRefused(JsonNode run, List<EchoCall> calls) throws Exception {
        String id = run.path("gathered_context").path("call_id").asString("");
        boolean talked = calls.stream().anyMatch(call -> call.call.callId.equals(id));
        assertEquals(
                talked ? "caller_hangup" : "internal_error",
                talked ? run.path("end").path("by").asString("") : run.path("failure").path("code").asString(""),
                run.toString());
        long runs = api.runs(agent).stream()
                .filter(other -> id.equals(other.path("gathered_context").path("call_id").asString("")))
                .count();
        assertEquals(1, runs);
        List<String> said = api.events(run).stream().map(event -> event.path("type").asString("")).toList();
        for (String once : List.of("created", "running", "completed", "failed", "began", "ended")) {
            assertTrue(said.stream().filter(once::equals).count() <= 1, said.toString());
        }
    }

    private List<String> services() {
        return List.of(system.demo().gatewayAdminUrl(), system.demo().apiAdminUrl(), system.demo().workerUrl());
    }

    private int leaderOfReplies() throws Exception {
        try (Admin admin = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO).admin("test")) {
            String topic = Topics.SOCKET_COMMANDS.name();
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().get(SLOT).leader().id();
        }
    }
}
