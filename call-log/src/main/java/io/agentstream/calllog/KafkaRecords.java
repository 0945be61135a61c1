package io.agentstream.calllog;

import io.agentstream.calllog.CallPlaces.Span;
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
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A call's records on one partition, among those of others, which a consumer brings without key and value. Of a call that goes on: the past
/// is brought whole; behind it each look goes to where the partition ended when it began, for [#LOOK_NS] at most, however much others write.
/// One thread.
final class KafkaRecords implements CallSource.Records {

    /// Records of a call may bear a time that is off by the difference of two clocks, and come after its end by as much as decisions
    /// take to be written.
    static final Duration SKEW = Duration.ofMinutes(2);

    /// How long a look may pass over others' records: whoever follows wants the other topics too.
    static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final Duration POLL = Duration.ofMillis(250);

    /// Of a call that is followed: the next look is soon.
    private static final Duration LOOK = Duration.ofMillis(10);

    /// How long a broker may bring nothing of what there is.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Consumer<byte[], byte[]> consumer;
    private final Topic<?> topic;
    private final TopicPartition partition;
    private final Bounds bounds;
    /// Whether behind the end more may come.
    private final boolean goesOn;
    private final BooleanSupplier isGivenUp;
    private Iterator<ConsumerRecord<byte[], byte[]>> fetched = Collections.emptyIterator();
    private boolean isOver;

    /// @param end offset behind the last record that may be the call's
    /// @param untilMs no record of the call is later than this; the end of time where the span says where it ends
    /// @param lastFrame number of the call's last frame; that of no frame where it is not known, or on other topics
    private record Bounds(long end, long untilMs, @Nullable String deleted, long lastFrame) {}

    /// How far one call of [#next] looks at what goes on.
    private static final class Look {
        private static final long UNKNOWN = -1;
        private long sinceNs;
        private long upTo = UNKNOWN;

        boolean isDone(long position) {
            return upTo != UNKNOWN && (position >= upTo || System.nanoTime() - sinceNs > LOOK_NS);
        }
    }

    private KafkaRecords(
            Consumer<byte[], byte[]> consumer, Topic<?> topic, TopicPartition partition, Bounds bounds, boolean goesOn,
            BooleanSupplier isGivenUp) {
        this.consumer = consumer;
        this.topic = topic;
        this.partition = partition;
        this.bounds = bounds;
        this.goesOn = goesOn;
        this.isGivenUp = isGivenUp;
    }

    /// @param isGivenUp asked between fetches: then [#next] fails
    static KafkaRecords seek(
            Consumer<byte[], byte[]> consumer, Topic<?> topic, TopicPartition partition, CallPlaces places, boolean goesOn,
            BooleanSupplier isGivenUp) {
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
        Bounds bounds = new Bounds(
                last != null ? Math.min(ending, last + 1) : ending,
                last != null || until == null ? Long.MAX_VALUE : until.plus(SKEW).toEpochMilli(),
                isCut ? topic.name() + " begins later than the call: older records were deleted" : null,
                topic.equals(Topics.CALL_MEDIA) && places.endSeq() != null ? places.endSeq() - 1 : Long.MAX_VALUE);
        return new KafkaRecords(consumer, topic, partition, bounds, goesOn, isGivenUp);
    }

    private static long byTime(Consumer<byte[], byte[]> consumer, TopicPartition partition, Instant from, long ending) {
        Map<TopicPartition, OffsetAndTimestamp> found =
                consumer.offsetsForTimes(Map.of(partition, Math.max(0, from.minus(SKEW).toEpochMilli())));
        OffsetAndTimestamp first = found.get(partition);
        return first == null ? ending : first.offset();
    }

    @Override
    public @Nullable LogRecord next() throws IOException {
        Look look = new Look();
        while (!isOver) {
            while (fetched.hasNext()) {
                ConsumerRecord<byte[], byte[]> each = fetched.next();
                if (!goesOn && (each.offset() >= bounds.end() || each.timestamp() > bounds.untilMs())) {
                    isOver = true;
                    return null;
                }
                byte[] value = each.value();
                if (each.key() != null && value != null) {
                    isOver = !goesOn && bounds.lastFrame() != Long.MAX_VALUE
                            && MediaFrameCodec.header(value).filter(frame -> frame.seq() >= bounds.lastFrame()).isPresent();
                    return new LogRecord(topic, partition.partition(), each.offset(), each.timestamp(), Slice.of(value));
                }
            }
            if (isGivenUp.getAsBoolean()) {
                throw new IOException("nobody waits for " + topic.name() + " any more");
            }
            if (!fetch(look)) {
                return null;
            }
        }
        return null;
    }

    /// False where there is nothing for now.
    private boolean fetch(Look look) throws IOException {
        try {
            if (consumer.position(partition) < bounds.end()) {
                past();
                return true;
            }
            isOver = !goesOn;
            return isOver || goesOn(look);
        } catch (KafkaException failure) {
            throw KafkaCallSource.unreadable(topic, failure);
        }
    }

    /// The next of what there was when the reading began, or nothing where it is given up.
    private void past() throws IOException {
        long startedNs = System.nanoTime();
        while (!fetched.hasNext() && !isGivenUp.getAsBoolean() && consumer.position(partition) < bounds.end()) {
            fetched = consumer.poll(POLL).iterator();
            if (!fetched.hasNext() && System.nanoTime() - startedNs > PATIENCE.toNanos()) {
                throw new IOException("Kafka brings nothing of " + topic.name() + " any more");
            }
        }
    }

    private boolean goesOn(Look look) {
        if (look.isDone(consumer.position(partition))) {
            return false;
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(LOOK);
        if (records.isEmpty()) {
            return false;
        }
        if (look.upTo == Look.UNKNOWN) {
            look.sinceNs = System.nanoTime();
            look.upTo = consumer.position(partition) + consumer.currentLag(partition).orElse(0);
        }
        fetched = records.iterator();
        return true;
    }

    @Override
    public Optional<String> deleted() {
        return Optional.ofNullable(bounds.deleted());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
