package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// While versions change, processes of the next one write between those of this one: an added field, event type, constant, binary
/// field and kind on the topics of calls under way.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
final class NewerProcessTest {

    private static final byte ADDED_KIND = 19;
    private static final byte[] ADDED_FIELD = {1, 0, 2, 7, 8};

    private LocalSystem system;
    private Api api;
    private String agent;
    private Producer<byte[], byte[]> newer;

    @BeforeEach
    void open(LocalSystem shared) throws Exception {
        system = shared;
        api = new Api(system.demo());
        agent = api.newAgent("{\"engine\":\"echo\"}");
        newer = new KafkaClients(system.demo().kafkaBootstrapServers(), Map.of(), Duration.ZERO)
                .events("newer", Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        newer.close();
    }

    @Test
    void callsGoOnAmongRecordsOfANewerVersion() throws Exception {
        int lettersBefore = deadLetters();
        try (EchoCall call = EchoCall.begin(system, agent)) {
            // given
            call.awaitHeard(25);
            JsonNode run = api.awaitRun(agent, call.call.callId, "running");
            CallId id = CallId.parse(run.path("call_id").asString()).orElseThrow();
            Wait.until("there is a snapshot", () -> Wait.when(!own(Topics.CONVERSATION_SNAPSHOTS, id).isEmpty()));

            // when
            for (Topic<?> topic : List.of(
                    Topics.CALL_LIFECYCLE, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS, Topics.CONVERSATION_SNAPSHOTS)) {
                for (ConsumerRecord<byte[], byte[]> record : own(topic, id)) {
                    ObjectNode json = (ObjectNode) Json.MAPPER.readTree(record.value());
                    plant(record, Json.MAPPER.writeValueAsBytes(json.put("added", 7)));
                    if (topic.type().isSealed()) {
                        plant(record, Json.MAPPER.writeValueAsBytes(json.put("type", "added")));
                    }
                }
            }
            ConsumerRecord<byte[], byte[]> frame = own(Topics.CALL_MEDIA, id).getFirst();
            plant(frame, withField(Topics.CALL_MEDIA, new MediaFrame.Digit(id, 0, frame.timestamp(), '5')));
            plant(frame, ofAddedKind(frame.value()));
            ConsumerRecord<byte[], byte[]> command = own(Topics.SOCKET_COMMANDS, id).getFirst();
            plant(command, withField(Topics.SOCKET_COMMANDS, new SocketCommand.Open(id)));
            plant(command, ofAddedKind(command.value()));
            newer.flush();

            // then nothing of it is missed, taken for bad, or in the way
            awaitPassedOver(system.demo().gatewayAdminUrl(), Topics.SOCKET_COMMANDS);
            awaitPassedOver(system.demo().apiAdminUrl(), Topics.CALL_LIFECYCLE);
            awaitPassedOver(system.demo().workerUrl(), Topics.CALL_MEDIA);
            call.awaitHeard(100);
            call.hangUp();
            JsonNode completed = api.awaitRun(agent, call.call.callId, "completed");
            assertEquals("caller_hangup", completed.path("end").path("by").asString());
            assertEquals(1, api.awaitNoOpenRun(agent).size());
            assertEquals(lettersBefore, deadLetters());
        }
    }

    @Test
    void aCallIsClosedForACauseThatOnlyANewerVersionKnows() throws Exception {
        int lettersBefore = deadLetters();
        try (EchoCall call = EchoCall.begin(system, agent)) {
            // given
            call.awaitHeard(5);
            JsonNode run = api.awaitRun(agent, call.call.callId, "running");
            CallId id = CallId.parse(run.path("call_id").asString()).orElseThrow();
            call.allowGaps();

            // when
            byte[] close = Topics.SOCKET_COMMANDS.codec().encode(SocketCommand.Close.because(id, End.AGENT_HANGUP));
            String added = new String(close, StandardCharsets.ISO_8859_1).replace("AGENT_HANGUP", "HAMMER_FALLS");
            plant(own(Topics.SOCKET_COMMANDS, id).getFirst(), added.getBytes(StandardCharsets.ISO_8859_1));

            // then
            assertEquals(1000, call.awaitClose());
            assertEquals("other", api.awaitRun(agent, call.call.callId, "completed").path("end").path("by").asString());
            assertEquals(lettersBefore, deadLetters());
        }
    }

    /// Writes to where `beside` is.
    private void plant(ConsumerRecord<byte[], byte[]> beside, byte[] value) {
        newer.send(new ProducerRecord<>(beside.topic(), beside.partition(), beside.key(), value));
    }

    private static <V> byte[] withField(Topic<V> topic, V value) {
        byte[] known = topic.codec().encode(value);
        return ByteBuffer.allocate(known.length + ADDED_FIELD.length).put(known).put(ADDED_FIELD).array();
    }

    private static byte[] ofAddedKind(byte[] known) {
        byte[] added = known.clone();
        added[0] = ADDED_KIND;
        return added;
    }

    private List<ConsumerRecord<byte[], byte[]>> own(Topic<?> topic, CallId call) throws Exception {
        return TopicReader.read(system.demo().kafkaBootstrapServers(), topic).stream()
                .filter(record -> record.key() != null && Arrays.equals(record.key(), call.toKey()))
                .toList();
    }

    private int deadLetters() throws Exception {
        return TopicReader.read(system.demo().kafkaBootstrapServers(), Topics.DEAD_LETTERS).size();
    }

    private static void awaitPassedOver(String url, Topic<?> topic) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest metrics = HttpRequest.newBuilder(URI.create(url + "/metrics")).build();
            Wait.until("a record of " + topic.name() + " is passed over", () -> Wait.when(
                    client.send(metrics, HttpResponse.BodyHandlers.ofString()).body().lines().anyMatch(line ->
                            line.startsWith("agent_stream_records_passed_over") && line.contains(topic.name()))));
        }
    }
}
