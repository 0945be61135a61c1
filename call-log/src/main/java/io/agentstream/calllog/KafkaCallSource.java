package io.agentstream.calllog;

import io.agentstream.calllog.CallPlaces.Span;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// Reads a call back from Kafka, by seek: from the first of its records to the last where they are known, else from the time at which
/// it began to the time at which it was over. Of the other calls' records in between nothing is kept. Commits nothing.
public final class KafkaCallSource implements CallSource {

    /// Records of a call may bear a time that is off by the difference of two clocks, and come after its end by as much as decisions
    /// take to be written.
    static final Duration SKEW = Duration.ofMinutes(2);

    private static final Duration POLL = Duration.ofMillis(250);

    /// Of a call that is followed: the next look is soon.
    private static final Duration LOOK = Duration.ofMillis(10);

    /// How long a broker may bring nothing of what there is.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// On these the records of all calls that talk lie mixed, fifty a second of each.
    private static final Set<Topic<?>> CROWDED = Set.of(Topics.CALL_MEDIA, Topics.SOCKET_COMMANDS);

    private final KafkaClients clients;
    private final CallPlaces places;
    private final boolean goesOn;

    public KafkaCallSource(KafkaClients clients, CallPlaces places) {
        this(clients, places, false);
    }

    private KafkaCallSource(KafkaClients clients, CallPlaces places, boolean goesOn) {
        this.clients = clients;
        this.places = places;
        this.goesOn = goesOn;
    }

    /// Of a call that goes on, from its beginning to where it is and then further.
    public static KafkaCallSource following(KafkaClients clients, CallPlaces places) {
        return new KafkaCallSource(clients, places, true);
    }

    @Override
    public Records open(Topic<?> topic) throws IOException {
        byte[] key = places.callId().toKey();
        Consumer<byte[], byte[]> consumer = clients.readerOf("call-log", key);
        try {
            Optional<TopicPartition> partition = partition(consumer, topic, key);
            if (partition.isEmpty()) {
                consumer.close();
                return new Nothing();
            }
            Records records = KafkaRecords.seek(consumer, topic, partition.get(), places, goesOn);
            return CROWDED.contains(topic) && !goesOn ? ReadAhead.of(records, topic.name()) : records;
        } catch (KafkaException failure) {
            consumer.close();
            throw unreadable(topic, failure);
        } catch (IOException | RuntimeException failure) {
            consumer.close();
            throw failure;
        }
    }

    /// Nothing where it is not known on which partition the call's commands are.
    private Optional<TopicPartition> partition(Consumer<byte[], byte[]> consumer, Topic<?> topic, byte[] key) throws IOException {
        Optional<Span> known = places.on(topic.name());
        if (known.isPresent()) {
            return Optional.of(new TopicPartition(topic.name(), known.get().partition()));
        }
        if (topic.partitions() == Topic.Partitions.SLOTS) {
            return Optional.ofNullable(places.slot()).map(slot -> new TopicPartition(topic.name(), slot));
        }
        int partitions = consumer.partitionsFor(topic.name()).size();
        if (partitions == 0) {
            throw new IOException("topic " + topic.name() + " is not there; ./agent-stream topics makes it");
        }
        return Optional.of(new TopicPartition(topic.name(), Utils.toPositive(Utils.murmur2(key)) % partitions));
    }

    private static IOException unreadable(Topic<?> topic, KafkaException failure) {
        return new IOException("Kafka does not bring " + topic.name() + ": " + Causes.of(failure), failure);
    }

    private record Nothing() implements Records {
        @Override
        public @Nullable LogRecord next() {
            return null;
        }

        @Override
        public Optional<String> deleted() {
            return Optional.empty();
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }

    private static final class KafkaRecords implements Records {
        private final Consumer<byte[], byte[]> consumer;
        private final Topic<?> topic;
        private final TopicPartition partition;
        /// Offset behind the last record that may be the call's.
        private final long end;
        /// No record of the call is later than this; the end of time where the span says where it ends.
        private final long untilMs;
        private final @Nullable String deleted;
        /// Number of the call's last frame; that of no frame where it is not known, or on other topics.
        private final long lastFrame;
        /// Whether behind the end more may come.
        private final boolean goesOn;
        private Iterator<ConsumerRecord<byte[], byte[]>> fetched = Collections.emptyIterator();
        private boolean isOver;

        private KafkaRecords(
                Consumer<byte[], byte[]> consumer, Topic<?> topic, TopicPartition partition, long end, long untilMs, @Nullable String deleted,
                long lastFrame, boolean goesOn) {
            this.goesOn = goesOn;
            this.lastFrame = lastFrame;
            this.consumer = consumer;
            this.topic = topic;
            this.partition = partition;
            this.end = end;
            this.untilMs = untilMs;
            this.deleted = deleted;
        }

        static KafkaRecords seek(Consumer<byte[], byte[]> consumer, Topic<?> topic, TopicPartition partition, CallPlaces places, boolean goesOn) {
            List<TopicPartition> only = List.of(partition);
            consumer.assign(only);
            long beginning = Objects.requireNonNull(consumer.beginningOffsets(only).get(partition));
            long ending = Objects.requireNonNull(consumer.endOffsets(only).get(partition));
            Span known = places.on(topic.name()).orElse(null);
            long start = known != null ? Math.max(known.first(), beginning) : byTime(consumer, partition, places.from(), ending);
            boolean isCut = known != null ? known.first() < beginning : beginning > 0 && start == beginning;
            consumer.seek(partition, start);
            Long last = known == null ? null : known.last();
            Instant until = places.until();
            return new KafkaRecords(
                    consumer, topic, partition,
                    last != null ? Math.min(ending, last + 1) : ending,
                    last != null || until == null ? Long.MAX_VALUE : until.plus(SKEW).toEpochMilli(),
                    isCut ? topic.name() + " begins later than the call: older records were deleted" : null,
                    topic.equals(Topics.CALL_MEDIA) && places.endSeq() != null ? places.endSeq() - 1 : Long.MAX_VALUE, goesOn);
        }

        private static long byTime(Consumer<byte[], byte[]> consumer, TopicPartition partition, Instant from, long ending) {
            Map<TopicPartition, OffsetAndTimestamp> found =
                    consumer.offsetsForTimes(Map.of(partition, Math.max(0, from.minus(SKEW).toEpochMilli())));
            OffsetAndTimestamp first = found.get(partition);
            return first == null ? ending : first.offset();
        }

        @Override
        public @Nullable LogRecord next() throws IOException {
            while (!isOver) {
                while (fetched.hasNext()) {
                    ConsumerRecord<byte[], byte[]> each = fetched.next();
                    if (!goesOn && (each.offset() >= end || each.timestamp() > untilMs)) {
                        isOver = true;
                        return null;
                    }
                    byte[] value = each.value();
                    if (each.key() != null && value != null) {
                        isOver = !goesOn && lastFrame != Long.MAX_VALUE
                                && MediaFrameCodec.header(value).filter(frame -> frame.seq() >= lastFrame).isPresent();
                        return new LogRecord(topic, partition.partition(), each.offset(), each.timestamp(), Slice.of(value));
                    }
                }
                if (!fetch()) {
                    return null;
                }
            }
            return null;
        }

        /// False where there is nothing for now.
        private boolean fetch() throws IOException {
            try {
                long startedNs = System.nanoTime();
                while (consumer.position(partition) < end) {
                    var records = consumer.poll(POLL);
                    if (!records.isEmpty()) {
                        fetched = records.iterator();
                        return true;
                    }
                    if (System.nanoTime() - startedNs > PATIENCE.toNanos()) {
                        throw new IOException("Kafka brings nothing of " + topic.name() + " any more");
                    }
                }
                if (goesOn) {
                    var records = consumer.poll(LOOK);
                    fetched = records.iterator();
                    return !records.isEmpty();
                }
                isOver = true;
                return true;
            } catch (KafkaException failure) {
                throw unreadable(topic, failure);
            }
        }

        @Override
        public Optional<String> deleted() {
            return Optional.ofNullable(deleted);
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
