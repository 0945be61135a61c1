package io.agentstream.worker.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.loop.LoopFixture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SnapshotLoaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.CONVERSATION_SNAPSHOTS.name(), 0);
    private static final long NOW_MS = 1_000_000_000L;
    private static final int A_MONTH_OF_THEM = 2_000_000;
    private static final int THE_LAST_MINUTES = 100;

    @Test
    void looksBackSomeMinutesHoweverMuchIsOnTheTopic() {
        // given a topic whose records can only be read from where the last minutes begin
        AtomicInteger read = new AtomicInteger();
        MockConsumer<byte[], byte[]> reader = new MockConsumer<>("none") {
            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration limit) {
                assertEquals(Map.of(PARTITION, NOW_MS - SnapshotLoader.LOOK_BACK.toMillis()), times);
                return new HashMap<>(Map.of(PARTITION, new OffsetAndTimestamp(A_MONTH_OF_THEM - THE_LAST_MINUTES, NOW_MS)));
            }
        };
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L));
        reader.updateEndOffsets(Map.of(PARTITION, (long) A_MONTH_OF_THEM));
        reader.schedulePollTask(() -> {
            for (long offset = reader.position(PARTITION); offset < A_MONTH_OF_THEM; offset++) {
                read.incrementAndGet();
                reader.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset, LoopFixture.call(1).toKey(), null));
            }
        });
        SnapshotLoader loader = new SnapshotLoader(
                () -> reader, new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);

        // when
        SnapshotLoader.Loaded loaded = loader.load(List.of(0), SnapshotLoader.LIMIT);

        // then no more is read than there is of these minutes
        assertEquals(List.of(), loaded.found());
        assertEquals(THE_LAST_MINUTES, read.get());
    }
}
