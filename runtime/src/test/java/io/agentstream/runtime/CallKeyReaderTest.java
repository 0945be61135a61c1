package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/// Who knows the keys of which calls, and until when.
final class CallKeyReaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.CALL_KEYS.name(), 0);
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final CallId CALL = CallId.of(1_000_000_000L, 7, 1);

    private final CallSecrets.Wrapping wrapping = wrapping();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final MockProducer<byte[], byte[]> letters =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final CallKeyReader reader = reader(wrapping);
    private long offset;

    private static CallSecrets.Wrapping wrapping() {
        return new CallSecrets.Wrapping(List.of(SealKey.generate(new SecureRandom())));
    }

    private CallKeyReader reader(CallSecrets.Wrapping of) {
        Node node = new Node(0, "broker", 1);
        consumer.updatePartitions(
                PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, node, new Node[] {node}, new Node[] {node})));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 0L));
        return new CallKeyReader(() -> consumer, of, new DeadLetters(letters, new Metrics("test")), now::get);
    }

    private CallKeys written(CallId call, Instant at) throws InterruptedException {
        CallKeys keys = wrapping.wrap(call, at, wrapping.generate());
        written(call, Topics.CALL_KEYS.codec().encode(keys));
        return keys;
    }

    private void written(CallId call, byte[] value) throws InterruptedException {
        written(reader, call, value);
    }

    private void written(CallKeyReader reader, CallId call, byte[] value) throws InterruptedException {
        reader.work();
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset++, call.toKey(), value));
        reader.work();
    }

    @Test
    void knowsTheKeysOfACallFromWhenTheyAreWritten() throws Exception {
        assertFalse(reader.ready());
        CallKeys keys = written(CALL, NOW);

        assertTrue(reader.ready());
        assertEquals(Optional.of(keys), reader.wrapped(CALL));
        assertTrue(reader.find(CALL).isPresent());
    }

    @Test
    void whoWaitsForKeysThatAreOnTheirWayGetsThem() throws Exception {
        CompletableFuture<Optional<CallKeys>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return reader.await(CALL, Duration.ofSeconds(20));
            } catch (InterruptedException never) {
                throw new IllegalStateException(never);
            }
        }, Thread::startVirtualThread);

        CallKeys keys = written(CALL, NOW);

        assertEquals(Optional.of(keys), waiting.get(20, TimeUnit.SECONDS));
        assertEquals(Optional.empty(), reader.await(CallId.of(1, 1, 1), Duration.ofMillis(1)));
    }

    @Test
    void forgetsThemAMinuteAfterTheSocketIsClosed() throws Exception {
        CallKeys keys = written(CALL, NOW);

        written(CALL, (byte[]) null);
        Optional<CallKeys> soon = reader.wrapped(CALL);
        now.set(NOW.plusMillis(CallKeyReader.KEEP_OVER_MS));
        reader.work();

        assertEquals(Optional.of(keys), soon);
        assertEquals(Optional.empty(), reader.wrapped(CALL));
    }

    @Test
    void forgetsThoseOfACallOfWhichNobodySaidThatItIsOver() throws Exception {
        written(CALL, NOW);

        now.set(NOW.plus(Topics.CALL_KEYS.retention()).plus(Duration.ofHours(2)));
        reader.work();

        assertEquals(Optional.empty(), reader.wrapped(CALL));
    }

    @Test
    void aLongCallKeepsItsKeysHoweverManyOthersCameAndWent() throws Exception {
        // given room for three
        Supplier<Consumer<byte[], byte[]>> readers = () -> consumer;
        CallKeyReader small = new CallKeyReader(readers, wrapping, new DeadLetters(letters, new Metrics("test")), now::get, 3);
        CallKeys keys = wrapping.wrap(CALL, NOW, wrapping.generate());
        written(small, CALL, Topics.CALL_KEYS.codec().encode(keys));

        // when
        for (int n = 2; n < 10; n++) {
            CallId other = CallId.of(1_000_000_000L, 7, n);
            written(small, other, Topics.CALL_KEYS.codec().encode(wrapping.wrap(other, NOW, wrapping.generate())));
            written(small, other, null);
            now.set(now.get().plusMillis(CallKeyReader.KEEP_OVER_MS));
            small.work();
        }

        // then
        assertEquals(Optional.of(keys), small.wrapped(CALL));
    }

    @Test
    void whoBeginsKeepsNothingOfCallsThatWereOverLongBefore() throws Exception {
        // given a topic of which one half is to be read
        consumer.updateEndOffsets(Map.of(PARTITION, 10L));
        CallKeys keys = wrapping.wrap(CALL, NOW, wrapping.generate());
        written(CALL, Topics.CALL_KEYS.codec().encode(keys));

        // when it says that the call was over two minutes ago
        consumer.addRecord(new ConsumerRecord<>(
                PARTITION.topic(), 0, offset++, NOW.minusSeconds(120).toEpochMilli(), TimestampType.CREATE_TIME, 0, 0,
                CALL.toKey(), null, new RecordHeaders(), Optional.empty()));
        reader.work();

        // then
        assertFalse(reader.ready());
        assertEquals(Optional.empty(), reader.wrapped(CALL));
    }

    @Test
    void keysThatCannotBeReadAreNotPutAsideThemselves() throws Exception {
        written(CALL, "{\"call_id\":1,\"words\":\"a wrapped key\"}".getBytes(StandardCharsets.UTF_8));

        assertEquals(Topics.DEAD_LETTERS.name(), letters.history().getFirst().topic());
        assertNull(letters.history().getFirst().value());
    }

    @Test
    void keysThatAnotherInstallationWrappedOpenNothing() throws Exception {
        CallKeys foreign = wrapping().wrap(CALL, NOW, wrapping.generate());

        written(CALL, Topics.CALL_KEYS.codec().encode(foreign));

        assertEquals(Optional.of(foreign), reader.wrapped(CALL));
        assertEquals(Optional.empty(), reader.find(CALL));
    }

    @Test
    void whatCannotBeReadIsPutAsideAndReadingGoesOn() throws Exception {
        written(CALL, new byte[] {'x'});
        CallId next = CallId.of(1_000_000_000L, 7, 2);
        written(next, NOW);

        assertEquals(Topics.DEAD_LETTERS.name(), letters.history().getFirst().topic());
        assertTrue(reader.find(next).isPresent());
    }

    @Test
    void withoutTheInstallationsKeyNothingIsReadAndNobodyWaits() throws Exception {
        CallKeyReader none = reader(null);

        assertTrue(none.ready());
        assertEquals(Optional.empty(), none.await(CALL, Duration.ofSeconds(20)));
    }
}
