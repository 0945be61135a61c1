package io.agentstream.gateway.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CommandReaderTest {

    private static final TopicPartition SLOT = new TopicPartition(Topics.SOCKET_COMMANDS.name(), 7);
    private static final CallId CALL = CallId.of(1, 2, 3);

    private OptionalInt slot = OptionalInt.of(7);
    private final Metrics metrics = new Metrics("gateway");
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("latest");
    private final MockProducer<byte[], byte[]> producer = producer();
    private long nowMs = 1;
    /// How often the calls were ended.
    private int ended;
    private final List<SocketCommand> delivered = new ArrayList<>();
    private final CommandReader reader = new CommandReader(
            consumer, () -> slot, new CallLog(producer, producer, metrics),
            new CommandDelivery() {
                private final List<SocketCommand> added = new ArrayList<>();

                @Override
                public void add(SocketCommand command, int partition, long offset) {
                    added.add(command);
                }

                @Override
                public void flush() {
                    delivered.addAll(added);
                    added.clear();
                }
            },
            new DeadLetters(producer, metrics), metrics, () -> Instant.ofEpochMilli(nowMs), () -> ended++);

    private static MockProducer<byte[], byte[]> producer() {
        Node node = new Node(0, "x", 1);
        List<PartitionInfo> partitions = List.of(
                new PartitionInfo(Topics.CALL_LIFECYCLE.name(), 0, node, new Node[0], new Node[0]),
                new PartitionInfo(Topics.DEAD_LETTERS.name(), 0, node, new Node[0], new Node[0]),
                new PartitionInfo(Topics.CALL_MEDIA.name(), 0, node, new Node[0], new Node[0]));
        return new MockProducer<>(
                new Cluster("c", List.of(node), partitions, Set.of(), Set.of()), true, null, new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    private void add(long offset, byte[] value) {
        consumer.addRecord(new ConsumerRecord<>(SLOT.topic(), SLOT.partition(), offset, CALL.toKey(), value));
    }

    @Test
    void readsFromTheEndAsItWasWhenItCame() throws Exception {
        consumer.updateEndOffsets(Map.of(SLOT, 5L));
        reader.onStart();
        assertTrue(reader.reason().isPresent());

        reader.work();
        add(5, Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Admit(CALL)));
        add(6, new byte[] {9});
        add(7, Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Open(CALL)));
        reader.work();

        assertTrue(reader.reason().isEmpty());
        assertEquals(List.of(new SocketCommand.Admit(CALL), new SocketCommand.Open(CALL)), delivered);
        assertEquals(8, reader.position());
        assertEquals(Topics.DEAD_LETTERS.name(), producer.history().getFirst().topic());
    }

    @Test
    void waitsUntilASlotIsChosen() throws Exception {
        // given a gateway that has none yet
        consumer.updateEndOffsets(Map.of(SLOT, 0L));
        slot = OptionalInt.empty();
        reader.onStart();
        reader.work();
        assertEquals("commands are not read yet", reader.reason().orElseThrow());

        // when one is chosen
        slot = OptionalInt.of(7);
        reader.work();

        // then it is read
        assertTrue(reader.reason().isEmpty());
        assertEquals(Set.of(SLOT), consumer.assignment());
    }

    @Test
    void aPermissionThatIsTakenAwayIsSaidAndTriedAgain() throws Exception {
        // given a reader at work
        consumer.updateEndOffsets(Map.of(SLOT, 0L));
        reader.onStart();
        reader.work();

        for (KafkaException refusal : List.of(
                new TopicAuthorizationException("no"), new SaslAuthenticationException("no"), new KafkaException("any"))) {
            // when Kafka does not let it read any more
            consumer.setPollException(refusal);
            reader.work();

            // then the loop lives and says so
            assertEquals(
                    "commands of slot 7 cannot be read: " + refusal.getClass().getSimpleName(), reader.reason().orElseThrow());
            add(consumer.position(SLOT), Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Admit(CALL)));
            reader.work();
            assertTrue(reader.reason().isEmpty());
        }
        assertEquals(3, delivered.size());
    }

    private void failing(KafkaException how, long afterMs) throws InterruptedException {
        nowMs += afterMs;
        consumer.setPollException(how);
        reader.work();
    }

    private void reading() throws Exception {
        consumer.updateEndOffsets(Map.of(SLOT, 0L));
        reader.onStart();
        reader.work();
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void callsAreEndedOnceWhereARefusalLasts(KafkaException refusal) throws Exception {
        reading();

        failing(refusal, 0);
        failing(refusal, RefusedReading.LASTS_MS - 1);
        assertEquals(0, ended);
        failing(refusal, 1);

        assertEquals(1, ended);
        failing(refusal, RefusedReading.LASTS_MS);
        assertEquals(1, ended);
    }

    static List<KafkaException> refusals() {
        return List.of(new TopicAuthorizationException("no"), new SaslAuthenticationException("no"), new KafkaException("any"));
    }

    /// A client that was refused leaves the broker alone for a moment, and brings nothing meanwhile.
    @Test
    void aPollThatBringsNothingEndsNoRefusal() throws Exception {
        KafkaException refusal = new TopicAuthorizationException("no");
        reading();

        failing(refusal, 0);
        reader.work();
        nowMs += RefusedReading.WELL_MS - 1;
        reader.work();
        assertTrue(reader.reason().isPresent());
        failing(refusal, RefusedReading.LASTS_MS - RefusedReading.WELL_MS + 1);

        assertEquals(1, ended);
    }

    @Test
    void whatIsReadForAWhileOrBroughtEndsARefusal() throws Exception {
        KafkaException refusal = new TopicAuthorizationException("no");
        reading();

        failing(refusal, 0);
        nowMs += RefusedReading.LASTS_MS - 1;
        reader.work();
        nowMs += RefusedReading.WELL_MS;
        reader.work();
        assertTrue(reader.reason().isEmpty());
        failing(refusal, 0);
        failing(refusal, RefusedReading.LASTS_MS - 1);
        add(consumer.position(SLOT), Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Admit(CALL)));
        reader.work();
        failing(refusal, 1);

        assertEquals(0, ended);
    }

    @Test
    void callsWaitForAKafkaThatIsAway() throws Exception {
        reading();

        for (int i = 0; i < 3; i++) {
            failing(new TimeoutException("away"), RefusedReading.LASTS_MS);
        }

        assertEquals(0, ended);
    }

    @Test
    void isNotReadyWhileTheProducersDoNotKnowTheirTopics() throws Exception {
        consumer.updateEndOffsets(Map.of(SLOT, 0L));
        producer.partitionsForException = new TimeoutException("away");
        reader.onStart();
        reader.work();
        assertTrue(reader.reason().isPresent());

        producer.partitionsForException = null;
        reader.work();

        assertTrue(reader.reason().isEmpty());
    }
}
