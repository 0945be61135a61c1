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
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
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

    @Test
    void aReaderIsMadeOnceAndAnewOnlyWhereAReadingHasFailed() {
        // given
        AtomicInteger made = new AtomicInteger();
        AtomicBoolean away = new AtomicBoolean();
        SnapshotLoader loader = new SnapshotLoader(
                () -> {
                    made.incrementAndGet();
                    return reader(away);
                },
                new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);
        loader.warmUp();
        loader.load(List.of(0), SnapshotLoader.LIMIT);
        int before = made.get();

        // when
        away.set(true);
        SnapshotLoader.Loaded failed = loader.load(List.of(0), SnapshotLoader.LIMIT);
        away.set(false);
        SnapshotLoader.Loaded again = loader.load(List.of(0), SnapshotLoader.LIMIT);

        // then
        assertEquals(1, before);
        assertEquals(Set.of(0), failed.missing());
        assertEquals(Set.of(), again.missing());
        assertEquals(2, made.get());
    }

    private static MockConsumer<byte[], byte[]> reader(AtomicBoolean away) {
        MockConsumer<byte[], byte[]> reader = new MockConsumer<>("none") {
            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration limit) {
                if (away.get()) {
                    throw new TimeoutException("on purpose");
                }
                return new HashMap<>();
            }
        };
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L));
        reader.updateEndOffsets(Map.of(PARTITION, 0L));
        return reader;
    }
}
