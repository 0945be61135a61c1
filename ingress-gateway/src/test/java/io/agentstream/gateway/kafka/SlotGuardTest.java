package io.agentstream.gateway.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

final class SlotGuardTest {

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final AtomicInteger fenced = new AtomicInteger();
    private final SlotGuard guard = new SlotGuard(producer, 3, () -> 42, fenced::incrementAndGet);

    /// One pass without its pause.
    private void pass() throws InterruptedException {
        guard.wakeUp();
        guard.work();
    }

    @Test
    void takesTheSlotAndCommitsHowFarItIsRead() throws Exception {
        assertTrue(guard.reason().isPresent());

        pass();

        assertTrue(guard.reason().isEmpty());
        assertEquals(
                42,
                producer.consumerGroupOffsetsHistory().getFirst().get(SlotGuard.GROUP)
                        .get(new TopicPartition("socket.commands.v1", 3)).offset());
    }

    @Test
    void isBrokenOnceAnotherGatewayTakesTheSlot() throws Exception {
        pass();
        producer.fenceProducer();

        assertThrows(ProducerFencedException.class, this::pass);

        assertEquals(1, fenced.get());
        assertTrue(guard.reason().isPresent());
    }

    @Test
    void goesOnWithTheSameTransactionWhenKafkaWasAway() throws Exception {
        pass();
        producer.commitTransactionException = new TimeoutException("away");
        pass();
        assertTrue(producer.transactionInFlight());

        producer.commitTransactionException = null;
        pass();

        assertFalse(producer.transactionInFlight());
        assertEquals(2, producer.commitCount());
        assertTrue(guard.reason().isEmpty());
    }

    @Test
    void beginsAgainAfterATransactionThatFailed() throws Exception {
        pass();
        producer.sendOffsetsToTransactionException = new KafkaException("no such group");
        pass();
        assertTrue(producer.transactionAborted());
        producer.sendOffsetsToTransactionException = null;

        pass();

        assertEquals(2, producer.commitCount());
    }

    @Test
    void waitsForKafkaAtItsStart() throws Exception {
        producer.initTransactionException = new TimeoutException("away");
        pass();
        assertTrue(guard.reason().isPresent());

        producer.initTransactionException = null;
        pass();

        assertTrue(guard.reason().isEmpty());
    }
}
