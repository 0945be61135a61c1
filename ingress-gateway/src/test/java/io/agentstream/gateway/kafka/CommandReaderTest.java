package io.agentstream.gateway.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import java.time.InstantSource;
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

final class CommandReaderTest {

    private static final TopicPartition SLOT = new TopicPartition(Topics.SOCKET_COMMANDS.name(), 7);
    private static final CallId CALL = CallId.of(1, 2, 3);

    private OptionalInt slot = OptionalInt.of(7);
    private final Metrics metrics = new Metrics("gateway");
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("latest");
    private final MockProducer<byte[], byte[]> producer = producer();
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
            new DeadLetters(producer, metrics), metrics, InstantSource.fixed(Instant.ofEpochMilli(1)));

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
