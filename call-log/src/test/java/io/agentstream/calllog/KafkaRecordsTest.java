package io.agentstream.calllog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// Looks at a partition that is never quiet: each fetch brings records of other calls.
final class KafkaRecordsTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.CALL_MEDIA.name(), 0);

    private long written;

    /// Others write as fast as it is read.
    private final class NeverQuiet extends MockConsumer<byte[], byte[]> {
        NeverQuiet() {
            super("earliest");
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration limit) {
            if (written > 10_000) {
                throw new IllegalStateException("a look that has no end");
            }
            for (int other = 0; other < 10; other++) {
                addRecord(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), written++, null, null));
            }
            updateEndOffsets(Map.of(PARTITION, written));
            return super.poll(limit);
        }
    }

    /// Counts how often it is sent somewhere.
    private static final class Sent extends MockConsumer<byte[], byte[]> {
        private int seeks;

        Sent() {
            super("earliest");
        }

        @Override
        public synchronized void seek(TopicPartition partition, long offset) {
            seeks++;
            super.seek(partition, offset);
        }
    }

    /// Whether the topic was begun anew is known by the call's first record: that is not brought for it alone.
    @Test
    void theFirstRecordIsBroughtOnce() throws Exception {
        // given three records of a call that is over, and one of another
        Sent consumer = new Sent();
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 4L));
        consumer.seekToBeginning(List.of(PARTITION));
        for (int n = 0; n < 4; n++) {
            byte[] bytes = n == 3 ? null : new byte[] {(byte) n};
            consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), n, bytes, bytes));
        }
        CallId call = CallId.of(Instant.now().toEpochMilli(), 1, 1);
        CallPlaces places = new CallPlaces(
                call, Instant.now(), Instant.now(), null, List.of(new CallPlaces.Span(PARTITION.topic(), PARTITION.partition(), 0, 2L, true)));

        // when
        List<Long> read = new ArrayList<>();
        try (KafkaRecords records = KafkaRecords.seek(consumer, Topics.CALL_MEDIA, PARTITION, places, false, () -> false, false)) {
            LogRecord next;
            while ((next = records.next()) != null) {
                read.add(next.offset());
            }
        }

        // then
        assertEquals(List.of(0L, 1L, 2L), read);
        assertEquals(1, consumer.seeks);
    }

    @Test
    void aLookGoesToWhereThePartitionEndedWhenItBegan() throws Exception {
        // given
        NeverQuiet consumer = new NeverQuiet();
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 0L));
        CallId call = CallId.of(Instant.now().toEpochMilli(), 1, 1);
        CallPlaces places = new CallPlaces(
                call, Instant.now(), null, null, List.of(new CallPlaces.Span(PARTITION.topic(), PARTITION.partition(), 0, null, false)));
        try (KafkaRecords records = KafkaRecords.seek(consumer, Topics.CALL_MEDIA, PARTITION, places, true, () -> false, false)) {
            // when, then
            for (int look = 1; look <= 3; look++) {
                assertNull(records.next());
                assertTrue(written > 0 && written <= look * 100L, written + " records after " + look + " looks");
            }
        }
    }
}
