package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Topics;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// What one frame of an echo costs the garbage collector, from the bytes of its record to the record of its answer.
@Isolated("what is allocated is for the second compiler to say, which needs a processor")
class EchoAllocationTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final int FRAMES = 20_000;
    private static final int LIMIT_BYTES = 1_000;

    private final Batches consumer = new Batches();
    private final Sink media = new Sink();

    /// Hands out a batch that is ready.
    private static final class Batches extends LoopFixture.Mock {
        private ConsumerRecords<byte[], byte[]> next = ConsumerRecords.empty();

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            ConsumerRecords<byte[], byte[]> batch = next;
            next = ConsumerRecords.empty();
            return batch;
        }
    }

    /// Takes records and keeps none.
    private static final class Sink extends MockProducer<byte[], byte[]> {
        private static final Future<RecordMetadata> SENT = CompletableFuture.completedFuture(null);
        private int taken;

        Sink() {
            super(LoopFixture.cluster(), true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> each, Callback callback) {
            taken++;
            return SENT;
        }
    }

    @Test
    void aFrameCostsLittle() throws Exception {
        // given a running echo that is warm
        LoopFixture fixture = new LoopFixture(LoopFixture.engines(), LoopFixture.producer(), consumer, media);
        fixture.loop.onStart();
        consumer.next = new ConsumerRecords<>(Map.of(new TopicPartition(Topics.RUN_EVENTS.name(), 0), List.of(new ConsumerRecord<>(
                Topics.RUN_EVENTS.name(), 0, 0, CALL.toKey(), fixture.running(CALL, "{\"engine\":\"echo\"}")))), Map.of());
        fixture.loop.work();
        long seq = 10;
        for (int round = 0; round < 5; round++) {
            consumer.next = frames(fixture, seq);
            fixture.loop.work();
            seq += FRAMES;
        }
        int before = media.taken;

        // when many frames come
        consumer.next = frames(fixture, seq);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        fixture.loop.work();
        long bytes = (threads.getCurrentThreadAllocatedBytes() - allocatedBefore) / FRAMES;

        // then each is answered for little
        System.out.println("allocated bytes per echo frame: " + bytes);
        assertEquals(FRAMES, media.taken - before);
        assertTrue(bytes < LIMIT_BYTES, () -> bytes + " bytes for each frame");
    }

    private static ConsumerRecords<byte[], byte[]> frames(LoopFixture fixture, long firstSeq) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int n = 0; n < FRAMES; n++) {
            byte[] value = Topics.CALL_MEDIA.codec().encode(new MediaFrame.Audio(
                    CALL, firstSeq + n, fixture.nowMs.get(), n * 20L, EchoLoopTest.frame(n, 160)));
            records.add(new ConsumerRecord<>(Topics.CALL_MEDIA.name(), 0, n, CALL.toKey(), value));
        }
        return new ConsumerRecords<>(Map.of(new TopicPartition(Topics.CALL_MEDIA.name(), 0), records), Map.of());
    }
}
