package io.agentstream.calllog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallPlaces.Span;
import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One call's records among those of others, on a real broker.
final class KafkaCallSourceTest {

    private static final int PARTITIONS = 2;

    @TempDir
    private static Path directory;

    private static EmbeddedKafka kafka;
    private static KafkaClients clients;

    private final Instant began = Instant.now().minusSeconds(3_600);
    private final CallId call = id(1);
    private final Map<Long, Long> offsets = new HashMap<>();

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start(directory, 0);
        clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ofMillis(1));
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @BeforeEach
    void topics() throws Exception {
        try (Admin admin = clients.admin("test")) {
            for (Topic<?> topic : List.of(Topics.CALL_MEDIA, Topics.SOCKET_COMMANDS)) {
                if (admin.listTopics().names().get().contains(topic.name())) {
                    admin.deleteTopics(List.of(topic.name())).all().get();
                }
                admin.createTopics(List.of(new NewTopic(topic.name(), PARTITIONS, (short) 1))).all().get();
            }
        }
    }

    private CallId id(long number) {
        return CallId.of(began.toEpochMilli(), number, number);
    }

    private MediaFrame frame(CallId of, long seq) {
        return new MediaFrame.Audio(of, seq, began.toEpochMilli() + seq * 20, seq * 20, Slice.of(new byte[160]));
    }

    /// Frames of the call from one number to another, and after each some of others.
    private void write(long from, long to, int others) throws Exception {
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(5))) {
            Map<Long, Future<RecordMetadata>> sent = new HashMap<>();
            for (long seq = from; seq <= to; seq++) {
                sent.put(seq, producer.send(record(call, frame(call, seq))));
                for (int other = 0; other < others; other++) {
                    CallId of = id(100 + other);
                    producer.send(record(of, frame(of, seq)));
                }
            }
            producer.flush();
            for (var each : sent.entrySet()) {
                offsets.put(each.getKey(), each.getValue().get().offset());
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(CallId of, MediaFrame frame) {
        return new ProducerRecord<>(
                Topics.CALL_MEDIA.name(), null, frame.atMs(), of.toKey(), Topics.CALL_MEDIA.codec().encode(frame));
    }

    private List<Long> read(CallPlaces places) throws IOException {
        List<Long> seqs = new ArrayList<>();
        try (CallSource.Records records = new KafkaCallSource(clients, places).open(Topics.CALL_MEDIA)) {
            for (LogRecord each = records.next(); each != null; each = records.next()) {
                seqs.add(((MediaFrame.Audio) ((Decoded.Value<MediaFrame>)
                        Topics.CALL_MEDIA.codec().decode(each.bytes())).value()).seq());
            }
        }
        return seqs;
    }

    private int partition() throws Exception {
        try (var consumer = clients.reader("test", "earliest", 1)) {
            int partitions = consumer.partitionsFor(Topics.CALL_MEDIA.name()).size();
            return Utils.toPositive(
                    Utils.murmur2(call.toKey())) % partitions;
        }
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void aCallWhosePlaceNobodyKnowsIsFoundByItsTimes() throws Exception {
        // given
        write(1, 500, 5);

        // when, then
        assertEquals(
                numbers(1, 500), read(new CallPlaces(call, began, began.plusSeconds(10), null, List.of())));
        assertEquals(numbers(1, 500), read(new CallPlaces(call, began, null, null, List.of())));
    }

    /// Records of another call on the call's partition, an hour after it began.
    private void writeLater(int count) throws Exception {
        CallId other = id(99);
        int partition = partition();
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(5))) {
            for (int i = 0; i < count; i++) {
                MediaFrame late = frame(other, 180_000 + i);
                producer.send(new ProducerRecord<>(
                        Topics.CALL_MEDIA.name(), partition, late.atMs(), other.toKey(), Topics.CALL_MEDIA.codec().encode(late)));
            }
            producer.flush();
        }
    }

    @Test
    void nothingIsReadThatIsMuchOlderOrYoungerThanTheCall() throws Exception {
        // given frames of six minutes, many of another call an hour later, and one behind them
        write(1, 18_000, 0);
        writeLater(KafkaRecords.LATER_IN_A_ROW);
        write(200_000, 200_000, 0);

        // when
        List<Long> read = read(new CallPlaces(call, began.plusSeconds(300), began.plusSeconds(360), null, List.of()));

        // then
        assertEquals(numbers(15_000 - 6_000, 18_000), read);
    }

    @Test
    void aRecordOfAnotherCallWhoseClockIsWrongEndsNothing() throws Exception {
        // given
        write(1, 100, 0);
        writeLater(1);
        write(101, 200, 0);

        // when, then
        assertEquals(numbers(1, 200), read(new CallPlaces(call, began, began.plusSeconds(10), null, List.of())));
    }

    @Test
    void whatIsKnownToBeTheCallsIsReadHoweverLateItWasWritten() throws Exception {
        // given a record that was written an hour after the call, behind many others, and one behind it that nobody knows of
        write(1, 100, 0);
        writeLater(KafkaRecords.LATER_IN_A_ROW + 500);
        write(200_000, 200_000, 0);
        write(200_001, 200_001, 0);
        Span span = new Span(
                Topics.CALL_MEDIA.name(), partition(), Objects.requireNonNull(offsets.get(1L)), offsets.get(200_000L), false);

        // when
        List<Long> read = read(new CallPlaces(call, began, began.plusSeconds(10), null, List.of(span)));

        // then
        List<Long> all = new ArrayList<>(numbers(1, 100));
        all.addAll(List.of(200_000L, 200_001L));
        assertEquals(all, read);
    }

    @Test
    void aTopicThatEndsBeforeWhatIsKnownOfItSaysSo() throws Exception {
        // given
        write(1, 10, 0);
        Span span = new Span(
                Topics.CALL_MEDIA.name(), partition(), Objects.requireNonNull(offsets.get(1L)),
                Objects.requireNonNull(offsets.get(10L)) + 7, false);

        // when
        try (CallSource.Records records = new KafkaCallSource(clients, new CallPlaces(call, began, began, null, List.of(span)))
                .open(Topics.CALL_MEDIA)) {
            // then
            assertTrue(records.deleted().orElse("").contains("ends earlier than the call"), records.deleted()::toString);
        }
    }

    private String gone(CallPlaces places) throws IOException {
        try (CallSource.Records records = new KafkaCallSource(clients, places).open(Topics.CALL_MEDIA)) {
            return records.deleted().orElse("");
        }
    }

    @Test
    void aTopicThatWasBegunAnewSinceIsNotTakenForTheOneThatTheCallWasWrittenTo() throws Exception {
        // given a topic that has grown past the places that the call had on another
        writeLater(500);
        CallPlaces places = new CallPlaces(
                call, began, began.plusSeconds(10), null, List.of(new Span(Topics.CALL_MEDIA.name(), partition(), 100, 300)));

        // when, then
        assertTrue(gone(places).contains("begun anew"), gone(places));
        assertEquals(List.of(), read(places));
    }

    /// A broker that is asked for such a partition is waited for, and then there is a failure.
    @Test
    @Timeout(10)
    void aTopicThatWasBegunAnewWithFewerPartitionsIsKnownAtOnce() throws Exception {
        for (List<Span> known : List.of(
                List.of(new Span(Topics.CALL_MEDIA.name(), PARTITIONS, 100, 300)),
                List.of(new Span(Topics.CALL_LIFECYCLE.name(), PARTITIONS + 7, 5, 7)))) {
            CallPlaces places = new CallPlaces(call, began, began.plusSeconds(10), null, known);

            assertTrue(gone(places).contains("begun anew"), gone(places));
            assertEquals(List.of(), read(places));
        }
    }

    @Test
    void whatNobodyKnowsThePlaceOfIsGoneWithWhatIsKnown() throws Exception {
        // given another Kafka, on which nothing has been said yet of calls' lives
        try (Admin admin = clients.admin("test")) {
            if (!admin.listTopics().names().get().contains(Topics.CALL_LIFECYCLE.name())) {
                admin.createTopics(List.of(new NewTopic(Topics.CALL_LIFECYCLE.name(), 1, (short) 1))).all().get();
            }
        }
        write(1, 10, 0);
        CallPlaces places = new CallPlaces(
                call, began, began.plusSeconds(10), null, List.of(new Span(Topics.CALL_LIFECYCLE.name(), 0, 5, 7)));

        // when, then
        assertTrue(gone(places).contains("begun anew"), gone(places));
    }

    @Test
    void aKnownSpanIsReadAndNothingElse() throws Exception {
        // given
        write(1, 300, 3);
        Span span = new Span(
                Topics.CALL_MEDIA.name(), partition(), Objects.requireNonNull(offsets.get(100L)), Objects.requireNonNull(offsets.get(199L)));

        // when, then
        assertEquals(numbers(100, 199), read(new CallPlaces(call, began, null, null, List.of(span))));
    }

    @Test
    void behindTheCallsLastNumberNothingIsLookedFor() throws Exception {
        // given
        write(1, 300, 3);

        // when the end has the number behind the two hundredth frame
        List<Long> read = read(new CallPlaces(call, began, began.plusSeconds(10), null, List.of(), 201L));

        assertEquals(numbers(1, 200), read);
    }

    @Test
    void deletedRecordsAreSaid() throws Exception {
        // given
        write(1, 100, 0);
        TopicPartition partition = new TopicPartition(Topics.CALL_MEDIA.name(), partition());
        try (Admin admin = clients.admin("test")) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(Objects.requireNonNull(offsets.get(41L))))).all().get();
        }
        Span span = new Span(partition.topic(), partition.partition(), Objects.requireNonNull(offsets.get(1L)), null, false);

        for (CallPlaces places : List.of(
                new CallPlaces(call, began, null, null, List.of(span)), new CallPlaces(call, began, null, null, List.of()))) {
            // when
            try (CallSource.Records records = new KafkaCallSource(clients, places).open(Topics.CALL_MEDIA)) {
                // then
                assertTrue(records.deleted().isPresent());
            }
            assertEquals(numbers(41, 100), read(places));
        }
    }

    @Test
    void nothingIsSaidToBeDeletedOfATopicThatIsWhole() throws Exception {
        // given
        write(1, 10, 1);

        // when
        try (CallSource.Records records = new KafkaCallSource(clients, new CallPlaces(call, began, null, null, List.of()))
                .open(Topics.CALL_MEDIA)) {
            // then
            assertFalse(records.deleted().isPresent());
        }
    }

    @Test
    void commandsAreReadFromTheCallsSlotAndNotAtAllWhereItIsNotKnown() throws Exception {
        // given
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(5))) {
            for (int slot = 0; slot < PARTITIONS; slot++) {
                producer.send(new ProducerRecord<>(
                        Topics.SOCKET_COMMANDS.name(), slot, began.toEpochMilli(), call.toKey(),
                        Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Clear(call, slot)))).get();
            }
        }

        // when, then
        assertEquals(1, commands(1));
        assertEquals(0, commands(null));
    }

    private int commands(Integer slot) throws IOException {
        int count = 0;
        try (CallSource.Records records =
                new KafkaCallSource(clients, new CallPlaces(call, began, null, slot, List.of())).open(Topics.SOCKET_COMMANDS)) {
            for (LogRecord each = records.next(); each != null; each = records.next()) {
                assertEquals(Objects.requireNonNull(slot), each.partition());
                count++;
            }
        }
        return count;
    }

    /// Other calls, which write on the same partition without end.
    private final class Others implements AutoCloseable {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicLong written = new AtomicLong();
        private final Thread thread = Thread.ofPlatform().unstarted(this::write);

        Others begin() throws Exception {
            thread.start();
            await("others write", () -> written.get() > 10_000);
            return this;
        }

        private void write() {
            try (Producer<byte[], byte[]> producer = clients.events("others", Duration.ofSeconds(5))) {
                byte[] other = id(7).toKey();
                int to = partition();
                for (long seq = 1; !isOver.get(); seq++) {
                    producer.send(
                            new ProducerRecord<>(
                                    Topics.CALL_MEDIA.name(), to, frame(call, seq).atMs(), other,
                                    Topics.CALL_MEDIA.codec().encode(frame(id(7), seq))),
                            (_, failure) -> written.addAndGet(failure == null ? 1 : 0));
                }
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public void close() throws InterruptedException {
            isOver.set(true);
            thread.join();
        }
    }

    private static void await(String what, BooleanSupplier is) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!is.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, what + ": not within 30 s");
            Thread.onSpinWait();
        }
    }

    private CallSource.Records followed(BooleanSupplier isGivenUp) throws IOException {
        return KafkaCallSource.followed(clients, new CallPlaces(call, began, null, null, List.of()), true, isGivenUp)
                .open(Topics.CALL_MEDIA);
    }

    @Test
    @Timeout(60)
    void whoFollowsACallIsToldThatThereIsNothingForNowHoweverMuchOthersWrite() throws Exception {
        // given
        write(1, 10, 0);
        try (Others others = new Others().begin(); CallSource.Records records = followed(() -> false)) {
            for (int frame = 0; frame < 10; frame++) {
                assertTrue(records.next() != null);
            }

            // when he looks again and again, and others write meanwhile
            long before = others.written.get();
            for (int looks = 0; looks < 20; looks++) {
                assertNull(records.next());
            }
            await("others go on", () -> others.written.get() > before + 10_000);
            write(11, 11, 0);

            // then what comes next is found
            LogRecord found = null;
            while (found == null) {
                found = records.next(); // until the test's time is over
            }
            assertEquals(offsets.get(11L), found.offset());
        }
    }

    @Test
    @Timeout(60)
    void whoGivesUpIsNotKeptByWhatOthersHaveWritten() throws Exception {
        // given a past in which there is nothing of the call
        AtomicInteger asked = new AtomicInteger();
        try (Others others = new Others().begin();
                CallSource.Records records = followed(() -> asked.incrementAndGet() > 1)) {
            // when, then
            assertThrows(IOException.class, records::next);
            assertTrue(others.written.get() > 0);
        }
    }
}
