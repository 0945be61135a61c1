package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.WorkerMetrics;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// A worker is killed while `conversation.snapshots.v1` holds what a month of calls left, not yet compacted.
@Timeout(240)
@WholeMachine
@Drill
final class SnapshotMonthTest {

    private static final int PARTITIONS = 4;

    /// Of each call that is over there is a snapshot and a record that says so; `-De2e.snapshots.closed=150000` is a month of a busy
    /// installation.
    private static final int CLOSED = Integer.getInteger("e2e.snapshots.closed", 40_000);

    /// `-De2e.snapshots.minutes=9` puts all of it where a take-over looks: five thousand calls at once and their turns, say.
    private static final int MINUTES = Integer.getInteger("e2e.snapshots.minutes", 30 * 24 * 60);

    /// On so many days, or parts of the time: segments follow the records' times.
    private static final int STEPS = 30;

    /// The group's session timeout, and what a take-over may take.
    private static final long SILENCE_MS = 6_000 + 4_000;

    private static final int MOST_CALLS = 16;

    private Infrastructure infrastructure;

    @BeforeEach
    void start() throws Exception {
        infrastructure = Infrastructure.start();
    }

    @AfterEach
    void stop() throws Exception {
        infrastructure.close();
    }

    @Test
    void aTakeOverIsAsQuickAsOnANewTopic() throws Exception {
        // given
        fill();
        List<EchoCall> calls = new ArrayList<>();
        try (LocalSystem system = infrastructure.startSystem();
                ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables())) {
            Api api = new Api(system.demo());
            String agent = api.newAgent("{\"engine\":\"echo\"}");
            Api.awaitReady(system.demo().workerUrl());
            while (WorkerMetrics.conversations(second.adminUrl()) < 1) {
                assertTrue(calls.size() < MOST_CALLS, "the second worker gets no calls");
                EchoCall call = EchoCall.begin(system, agent);
                calls.add(call);
                call.awaitHeard(25);
                call.allowGaps();
            }

            // when
            second.kill();

            // then
            for (EchoCall call : calls) {
                call.awaitHeard(50);
            }
            long silenceMs = calls.stream().mapToLong(EchoCall::longestSilenceMs).max().orElseThrow();
            System.out.println("silent for " + silenceMs + " ms with " + 2 * CLOSED + " snapshots of " + MINUTES + " minutes");
            assertTrue(silenceMs < SILENCE_MS, "silent for " + silenceMs + " ms");
            for (EchoCall call : calls) {
                call.hangUp();
            }
            for (JsonNode run : api.awaitNoOpenRun(agent)) {
                assertEquals("caller_hangup", run.path("end").path("by").asString(""), run.toString());
            }
        } finally {
            for (EchoCall call : calls) {
                call.close();
            }
        }
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>(infrastructure.environment());
        variables.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
        variables.put("AGENT_STREAM_GATEWAY_SLOTS", "4");
        variables.put("AGENT_STREAM_CALL_PARTITIONS", Integer.toString(PARTITIONS));
        return variables;
    }

    private void fill() throws Exception {
        KafkaClients clients = new KafkaClients(
                infrastructure.environment().get("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS"), Map.of(), Duration.ZERO);
        try (Admin admin = clients.admin("test");
                Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(30))) {
            new TopicProvisioner(admin, new TopicProvisioner.Plan(PARTITIONS, 4, 1, Duration.ofDays(1))).provision();
            long nowMs = System.currentTimeMillis();
            long stepMs = Duration.ofMinutes(MINUTES).toMillis() / STEPS;
            byte[] value = Topics.CONVERSATION_SNAPSHOTS.codec().encode(snapshot());
            for (int n = 0; n < CLOSED; n++) {
                long atMs = nowMs - stepMs * (STEPS - (long) STEPS * n / CLOSED);
                byte[] key = CallId.of(atMs, n, n).toKey();
                producer.send(new ProducerRecord<>(Topics.CONVERSATION_SNAPSHOTS.name(), n % PARTITIONS, atMs, key, value));
                producer.send(new ProducerRecord<>(Topics.CONVERSATION_SNAPSHOTS.name(), n % PARTITIONS, atMs, key, (byte[]) null));
            }
            producer.flush();
        }
    }

    /// As large as one of a conversation; it is not read again, because the call is over.
    private static ConversationSnapshot snapshot() {
        CallId call = CallId.of(1, 2, 3);
        Instant at = Instant.now();
        RunEvent.RunRef run = new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, 0);
        return new ConversationSnapshot(
                call, 100, at, 10,
                new RunEvent.Running(
                        call, 2, at, run, MediaFormat.MULAW_8K, null, Json.MAPPER.createObjectNode().put("caller_number", "+15550100"),
                        "1:1:5f1a0c9be2d47718"),
                Json.MAPPER.createObjectNode().put("said", "words ".repeat(40)), 1);
    }
}
