package io.agentstream.worker.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.DemoAgents;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.loop.LoopFixture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrivalLoaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.CONVERSATION_SNAPSHOTS.name(), 0);
    private static final List<TopicPartition> RUNS = List.of(new TopicPartition(Topics.RUN_EVENTS.name(), 0));
    private static final long NOW_MS = 1_000_000_000L;
    private static final int A_MONTH_OF_THEM = 2_000_000;
    private static final int THE_LAST_MINUTES = 100;
    private static final long COMMITTED = 7;
    private static final ConversationSnapshot SNAPSHOT = new ConversationSnapshot(
            LoopFixture.call(1), 7, Instant.ofEpochMilli(NOW_MS), 7,
            new RunEvent.Running(
                    LoopFixture.call(1), 0, Instant.ofEpochMilli(NOW_MS), new RunEvent.RunRef(1, "run", 1, 1, 1, 0), MediaFormat.MULAW_8K,
                    DemoAgents.echo(), Json.MAPPER.createObjectNode(), null),
            Json.MAPPER.createObjectNode(), 2);

    /// Of every partition something is committed.
    private static class Committed extends MockConsumer<byte[], byte[]> {
        Committed() {
            super("none");
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> of, Duration limit) {
            Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
            of.forEach(each -> all.put(each, new OffsetAndMetadata(COMMITTED)));
            return all;
        }
    }

    /// All that is on the topic was written in the minutes that are read.
    private static class OfTheLastMinutes extends Committed {
        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration limit) {
            return new HashMap<>(Map.of(PARTITION, new OffsetAndTimestamp(0, NOW_MS)));
        }
    }

    @Test
    void looksBackSomeMinutesHoweverMuchIsOnTheTopic() {
        // given a topic whose records can only be read from where the last minutes begin
        AtomicInteger read = new AtomicInteger();
        MockConsumer<byte[], byte[]> reader = new Committed() {
            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration limit) {
                assertEquals(Map.of(PARTITION, NOW_MS - SnapshotReading.LOOK_BACK.toMillis()), times);
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
        ArrivalLoader loader = new ArrivalLoader(
                () -> reader, new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);

        // when
        ArrivalLoader.Loaded loaded = loader.load(RUNS);

        // then no more is read than there is of these minutes
        assertEquals(List.of(), loaded.found());
        assertEquals(THE_LAST_MINUTES, read.get());
    }

    @Test
    void aReaderIsMadeOnceAndAnewOnlyWhereAReadingHasFailed() {
        // given
        AtomicInteger made = new AtomicInteger();
        AtomicBoolean away = new AtomicBoolean();
        ArrivalLoader loader = new ArrivalLoader(
                () -> {
                    made.incrementAndGet();
                    return reader(away);
                },
                new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);
        loader.warmUp();
        loader.load(RUNS);
        int before = made.get();

        // when
        away.set(true);
        ArrivalLoader.Loaded failed = loader.load(RUNS);
        away.set(false);
        ArrivalLoader.Loaded again = loader.load(RUNS);

        // then
        assertEquals(1, before);
        assertEquals(Set.of(0), failed.missing());
        assertEquals(Set.of(), again.missing());
        assertEquals(2, made.get());
    }

    private static MockConsumer<byte[], byte[]> reader(AtomicBoolean away) {
        MockConsumer<byte[], byte[]> reader = new Committed() {
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

    @Test
    void aWorkerThatWarmsUpPutsNothingAside() {
        // given a snapshot that cannot be read
        MockProducer<byte[], byte[]> letters = LoopFixture.producer();
        Metrics metrics = new Metrics("test");
        ArrivalLoader loader = new ArrivalLoader(ArrivalLoaderTest::readerOfSomethingBad, new DeadLetters(letters, metrics), () -> NOW_MS);

        // when
        loader.warmUp();
        int rehearsed = letters.history().size();
        loader.load(RUNS);

        // then only who takes over has put it aside
        assertEquals(0, rehearsed);
        assertEquals(1, letters.history().size());
    }

    private static MockConsumer<byte[], byte[]> readerOfSomethingBad() {
        MockConsumer<byte[], byte[]> reader = new OfTheLastMinutes() {
            @Override
            public synchronized void assign(Collection<TopicPartition> partitions) {
                super.assign(partitions);
                schedulePollTask(() -> addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, 0, LoopFixture.call(1).toKey(), new byte[] {1, 2, 3})));
            }
        };
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L));
        reader.updateEndOffsets(Map.of(PARTITION, 1L));
        return reader;
    }

    /// What is out of date is not even looked at: the minutes that are read have a hundred times as much of it, and calls wait.
    @Test
    void onlyTheNewestSnapshotOfACallIsRead() {
        // given two that nobody can read, of a worker before and of one that had lost the call, and between them the one that counts
        byte[] newest = Topics.CONVERSATION_SNAPSHOTS.codec().encode(SNAPSHOT);
        MockProducer<byte[], byte[]> letters = LoopFixture.producer();
        ArrivalLoader loader = new ArrivalLoader(
                () -> readerOf(List.of(written(0, 1, new byte[] {1}), written(1, 2, newest), written(2, 1, new byte[] {2}))),
                new DeadLetters(letters, new Metrics("test")), () -> NOW_MS);

        // when
        ArrivalLoader.Loaded loaded = loader.load(RUNS);

        // then
        assertEquals(List.of(new ArrivalLoader.Found(SNAPSHOT, 0)), loaded.found());
        assertEquals(Map.of(), loaded.unreadable());
        assertEquals(List.of(), letters.history());
    }

    /// As workers wrote it before there was the header.
    @Test
    void whoseASnapshotIsCanBeInTheSnapshotAlone() {
        ConversationSnapshot lost = new ConversationSnapshot(
                SNAPSHOT.callId(), 5, SNAPSHOT.at(), 5, SNAPSHOT.run(), SNAPSHOT.state(), 1);
        ArrivalLoader loader = new ArrivalLoader(
                () -> readerOf(List.of(
                        written(0, null, Topics.CONVERSATION_SNAPSHOTS.codec().encode(SNAPSHOT)),
                        written(1, null, Topics.CONVERSATION_SNAPSHOTS.codec().encode(lost)))),
                new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);

        assertEquals(List.of(new ArrivalLoader.Found(SNAPSHOT, 0)), loader.load(RUNS).found());
    }

    /// Old and new workers share a group for a while; and what a header says has to be so.
    @ParameterizedTest
    @CsvSource({
        // header and epoch of the first one, and of the second; which of them counts: 0 is neither, and the call is closed
        "6, 6, , 7, 2",
        ", 7, 6, 6, 1",
        "7, 7, 6, 6, 1",
        "x, 7, 6, 6, 1",
        "-1, 7, 6, 6, 1",
        "9, 7, 8, 8, 0",
    })
    void ofTwoThatNewerEpochCounts(@Nullable String firstHeader, int first, @Nullable String secondHeader, int second, int counts) {
        MockProducer<byte[], byte[]> letters = LoopFixture.producer();
        List<ConversationSnapshot> both = List.of(snapshot(first, 1), snapshot(second, 2));
        ArrivalLoader loader = new ArrivalLoader(
                () -> readerOf(List.of(
                        headed(firstHeader, written(0, null, Topics.CONVERSATION_SNAPSHOTS.codec().encode(both.get(0)))),
                        headed(secondHeader, written(1, null, Topics.CONVERSATION_SNAPSHOTS.codec().encode(both.get(1)))))),
                new DeadLetters(letters, new Metrics("test")), () -> NOW_MS);

        ArrivalLoader.Loaded loaded = loader.load(RUNS);

        assertEquals(counts == 0 ? List.of() : List.of(new ArrivalLoader.Found(both.get(counts - 1), 0)), loaded.found());
        assertEquals(counts == 0 ? Map.of(SNAPSHOT.callId(), 0) : Map.of(), loaded.unreadable());
        assertEquals(counts == 0 ? 1 : 0, letters.history().size());
    }

    @Test
    void aSnapshotUnderAnotherCallsKeyIsPutAside() {
        ConsumerRecord<byte[], byte[]> strange = new ConsumerRecord<>(
                PARTITION.topic(), 0, 0, LoopFixture.call(2).toKey(), Topics.CONVERSATION_SNAPSHOTS.codec().encode(SNAPSHOT));
        MockProducer<byte[], byte[]> letters = LoopFixture.producer();
        ArrivalLoader loader = new ArrivalLoader(() -> readerOf(List.of(strange)), new DeadLetters(letters, new Metrics("test")), () -> NOW_MS);

        ArrivalLoader.Loaded loaded = loader.load(RUNS);

        assertEquals(List.of(), loaded.found());
        assertEquals(Map.of(LoopFixture.call(2), 0), loaded.unreadable());
        assertEquals(1, letters.history().size());
    }

    /// Its calls go on, and those of the other are asked about again.
    @Test
    void aPartitionThatWasReadIsTakenAlthoughAnotherCannotBe() {
        // given a partition that is read at once, and one whose broker then refuses
        TopicPartition sick = new TopicPartition(PARTITION.topic(), 1);
        MockConsumer<byte[], byte[]> reader = new Committed() {
            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration limit) {
                return new HashMap<>(Map.of(PARTITION, new OffsetAndTimestamp(0, NOW_MS), sick, new OffsetAndTimestamp(0, NOW_MS)));
            }
        };
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L, sick, 0L));
        reader.updateEndOffsets(Map.of(PARTITION, 1L, sick, 1L));
        reader.schedulePollTask(() -> reader.addRecord(written(0, 2, Topics.CONVERSATION_SNAPSHOTS.codec().encode(SNAPSHOT))));
        reader.schedulePollTask(() -> reader.setPollException(new TopicAuthorizationException(PARTITION.topic())));
        ArrivalLoader loader = new ArrivalLoader(() -> reader, new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);

        // when
        ArrivalLoader.Loaded loaded = loader.load(List.of(RUNS.getFirst(), new TopicPartition(Topics.RUN_EVENTS.name(), 1)));

        // then
        assertEquals(List.of(new ArrivalLoader.Found(SNAPSHOT, 0)), loaded.found());
        assertEquals(Set.of(1), loaded.missing());
    }

    private static ConversationSnapshot snapshot(int epoch, long number) {
        return new ConversationSnapshot(
                SNAPSHOT.callId(), number, SNAPSHOT.at(), number, SNAPSHOT.run(), SNAPSHOT.state(), epoch);
    }

    private static ConsumerRecord<byte[], byte[]> headed(@Nullable String header, ConsumerRecord<byte[], byte[]> record) {
        if (header != null) {
            record.headers().add(SnapshotEpoch.NAME, header.getBytes(StandardCharsets.US_ASCII));
        }
        return record;
    }

    @Test
    void whatIsNoCallsIsPutAside() {
        MockProducer<byte[], byte[]> letters = LoopFixture.producer();
        ArrivalLoader loader = new ArrivalLoader(
                () -> readerOf(List.of(new ConsumerRecord<>(
                        PARTITION.topic(), 0, 0, null, Topics.CONVERSATION_SNAPSHOTS.codec().encode(SNAPSHOT)))),
                new DeadLetters(letters, new Metrics("test")), () -> NOW_MS);

        assertEquals(List.of(), loader.load(RUNS).found());
        assertEquals(1, letters.history().size());
    }

    private static ConsumerRecord<byte[], byte[]> written(long offset, @Nullable Integer epoch, byte @Nullable [] value) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(PARTITION.topic(), 0, offset, SNAPSHOT.callId().toKey(), value);
        if (epoch != null) {
            SnapshotEpoch.headers(epoch).forEach(record.headers()::add);
        }
        return record;
    }

    private static MockConsumer<byte[], byte[]> readerOf(List<ConsumerRecord<byte[], byte[]>> records) {
        MockConsumer<byte[], byte[]> reader = new OfTheLastMinutes();
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L));
        reader.updateEndOffsets(Map.of(PARTITION, (long) records.size()));
        reader.schedulePollTask(() -> records.forEach(reader::addRecord));
        return reader;
    }

    /// A topic to which one may be written while it is read, and what was read of it.
    private static final class Growing extends OfTheLastMinutes {

        private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        private final List<Long> read = new ArrayList<>();
        private final AtomicInteger askedForTimes = new AtomicInteger();

        void write(@Nullable Integer epoch, byte @Nullable [] value) {
            log.add(written(log.size(), epoch, value));
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration limit) {
            askedForTimes.incrementAndGet();
            return super.offsetsForTimes(times, limit);
        }

        @Override
        public synchronized void assign(Collection<TopicPartition> partitions) {
            super.assign(partitions);
            updateBeginningOffsets(Map.of(PARTITION, 0L));
            updateEndOffsets(Map.of(PARTITION, (long) log.size()));
            schedulePollTask(() -> log.stream().skip(position(PARTITION)).forEach(each -> {
                read.add(each.offset());
                addRecord(each);
            }));
        }
    }

    private final Growing growing = new Growing();
    private final AtomicLong nowMs = new AtomicLong(NOW_MS);
    private final ArrivalLoader prepares = new ArrivalLoader(
            () -> growing, new DeadLetters(LoopFixture.producer(), new Metrics("test")), nowMs::get);

    private static byte[] bytes(ConversationSnapshot snapshot) {
        return Topics.CONVERSATION_SNAPSHOTS.codec().encode(snapshot);
    }

    @Test
    void ofWhatWasReadBeforehandOnlyTheRestIsReadWhenItComes() {
        // given
        ConversationSnapshot last = snapshot(2, 8);
        growing.write(2, bytes(SNAPSHOT));
        prepares.prepare(0);
        growing.write(2, bytes(last));
        growing.write(1, bytes(SNAPSHOT));

        // when
        ArrivalLoader.Loaded loaded = prepares.load(RUNS);

        // then
        assertEquals(List.of(new ArrivalLoader.Found(last, 0)), loaded.found());
        assertEquals(Set.of(), loaded.missing());
        assertEquals(List.of(0L, 1L, 2L), growing.read);
        assertEquals(1, growing.askedForTimes.get());
    }

    @Test
    void whatWasReadBeforehandCountsWhereNothingWasWrittenSince() {
        growing.write(2, bytes(SNAPSHOT));
        prepares.prepare(0);

        assertEquals(List.of(new ArrivalLoader.Found(SNAPSHOT, 0)), prepares.load(RUNS).found());
        assertEquals(List.of(0L), growing.read);
    }

    @Test
    void aCallThatEndsAfterItWasReadBeforehandIsNotFound() {
        growing.write(2, bytes(SNAPSHOT));
        prepares.prepare(0);
        growing.write(null, null);

        assertEquals(List.of(), prepares.load(RUNS).found());
    }

    /// Of a call that ended long ago nothing may be left in the log.
    @Test
    void whatWasReadLongBeforehandIsReadOnceMore() {
        growing.write(2, bytes(SNAPSHOT));
        prepares.prepare(0);
        nowMs.addAndGet(ArrivalLoader.BEFOREHAND_MS + 1);

        assertEquals(List.of(new ArrivalLoader.Found(SNAPSHOT, 0)), prepares.load(RUNS).found());
        assertEquals(List.of(0L, 0L), growing.read);
    }

    @Test
    void whatWasTakenIsReadOnceMoreWhenItComesAgain() {
        growing.write(2, bytes(SNAPSHOT));
        prepares.prepare(0);
        prepares.load(RUNS);

        assertEquals(List.of(new ArrivalLoader.Found(SNAPSHOT, 0)), prepares.load(RUNS).found());
        assertEquals(List.of(0L, 0L), growing.read);
    }

    @Test
    void aLogThatIsShorterThanItWasIsReadFromTheBeginning() {
        growing.write(2, bytes(SNAPSHOT));
        growing.write(2, bytes(SNAPSHOT));
        prepares.prepare(0);
        growing.log.clear();
        growing.write(3, bytes(snapshot(3, 1)));

        assertEquals(List.of(new ArrivalLoader.Found(snapshot(3, 1), 0)), prepares.load(RUNS).found());
    }

    @Test
    void whatIsReadBeforehandKeepsNobodyWaiting() throws Exception {
        // given a partition that is read beforehand and does not come to its end
        CountDownLatch reads = new CountDownLatch(1);
        MockConsumer<byte[], byte[]> endless = new OfTheLastMinutes() {
            @Override
            public synchronized void assign(Collection<TopicPartition> partitions) {
                super.assign(partitions);
                if (reads.getCount() == 0) {
                    updateEndOffsets(Map.of(PARTITION, 0L));
                }
            }
        };
        endless.updateBeginningOffsets(Map.of(PARTITION, 0L));
        endless.updateEndOffsets(Map.of(PARTITION, 1L));
        endless.schedulePollTask(reads::countDown);
        ArrivalLoader loader = new ArrivalLoader(
                () -> endless, new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);
        CompletableFuture<Void> prepared = CompletableFuture.runAsync(() -> loader.prepare(0), task -> Thread.ofVirtual().start(task));
        assertTrue(reads.await(10, TimeUnit.SECONDS));

        // when it comes
        CompletableFuture<ArrivalLoader.Loaded> loaded = CompletableFuture.supplyAsync(() -> loader.load(RUNS), task -> Thread.ofVirtual().start(task));

        // then
        assertEquals(Set.of(), loaded.get(10, TimeUnit.SECONDS).missing());
        prepared.get(10, TimeUnit.SECONDS);
    }

    @Test
    void whoCannotReadBeforehandReadsItWhenItComes() {
        AtomicBoolean away = new AtomicBoolean(true);
        ArrivalLoader loader = new ArrivalLoader(() -> reader(away), new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);

        loader.prepare(0);
        away.set(false);

        assertEquals(Set.of(), loader.load(RUNS).missing());
    }

    @Test
    void whatWasCommittedIsWhereToBegin() {
        ArrivalLoader loader = new ArrivalLoader(
                () -> reader(new AtomicBoolean()), new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);

        assertEquals(Map.of(RUNS.getFirst(), COMMITTED), loader.load(RUNS).places());
    }

    @Test
    void whoIsToldToStopWhileReadingFindsNothingAndLeavesNoReader() throws Exception {
        // given a reading that lasts
        CountDownLatch reads = new CountDownLatch(1);
        MockConsumer<byte[], byte[]> endless = new OfTheLastMinutes();
        endless.updateBeginningOffsets(Map.of(PARTITION, 0L));
        endless.updateEndOffsets(Map.of(PARTITION, 1L));
        endless.schedulePollTask(reads::countDown);
        ArrivalLoader loader = new ArrivalLoader(
                () -> endless, new DeadLetters(LoopFixture.producer(), new Metrics("test")), () -> NOW_MS);
        CompletableFuture<ArrivalLoader.Loaded> loaded = CompletableFuture.supplyAsync(() -> loader.load(RUNS), task -> Thread.ofVirtual().start(task));
        assertTrue(reads.await(10, TimeUnit.SECONDS));

        // when
        loader.close();

        // then
        assertEquals(Set.of(0), loaded.get(10, TimeUnit.SECONDS).missing());
        assertTrue(endless.closed());
    }
}
