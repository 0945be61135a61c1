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

    /// So many records of others in a row that are later than the call's end are behind it: clocks differ, and one that is wrong ends nothing.
    static final int LATER_IN_A_ROW = 1_000;

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
    private int laterInARow;
    private boolean isOver;

    /// @param known offset behind the newest record that is known to be the call's: no time ends the reading before it
    /// @param end offset behind the last record that may be the call's
    /// @param untilMs behind this time the call has no record; the end of time where the span says where it ends
    /// @param lastFrame number of the call's last frame; that of no frame where it is not known, or on other topics
    private record Bounds(long known, long end, long untilMs, @Nullable String deleted, long lastFrame) {}

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
    /// @param isElsewhere whether the call is known to have been written to another Kafka than this
    static KafkaRecords seek(
            Consumer<byte[], byte[]> consumer, Topic<?> topic, TopicPartition partition, CallPlaces places, boolean goesOn,
            BooleanSupplier isGivenUp, boolean isElsewhere) {
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        long beginning = Objects.requireNonNull(consumer.beginningOffsets(only).get(partition));
        long ending = Objects.requireNonNull(consumer.endOffsets(only).get(partition));
        Span known = places.on(topic.name()).orElse(null);
        long start = known != null ? Math.max(known.first(), beginning) : byTime(consumer, partition, places.from(), ending);
        boolean isCut = known != null ? known.first() < beginning : beginning > 0 && start == beginning;
        consumer.seek(partition, start);
        boolean isJudged = !isElsewhere && !goesOn && known != null && known.last() != null && !isCut;
        List<ConsumerRecord<byte[], byte[]>> first = isJudged ? first(consumer, partition, start, ending, isGivenUp) : List.of();
        if (isElsewhere || isOthers(first, start)) {
            return new KafkaRecords(
                    consumer, topic, partition, new Bounds(start, start, Long.MIN_VALUE, begunAnew(topic), Long.MAX_VALUE), false, isGivenUp);
        }
        Long last = known == null ? null : known.last();
        long behindLast = last == null ? start : last + 1;
        boolean isEndKnown = last != null && known != null && known.isEnd();
        Instant until = places.until();
        Bounds bounds = new Bounds(
                behindLast,
                isEndKnown ? Math.min(ending, behindLast) : ending,
                isEndKnown || until == null ? Long.MAX_VALUE : until.plus(SKEW).toEpochMilli(),
                deleted(topic, isCut, last != null && last >= ending),
                topic.equals(Topics.CALL_MEDIA) && places.endSeq() != null ? places.endSeq() - 1 : Long.MAX_VALUE);
        KafkaRecords records = new KafkaRecords(consumer, topic, partition, bounds, goesOn, isGivenUp);
        records.fetched = first.iterator(); // brought already
        return records;
    }

    /// Whether another call's record lies where the call's first one was written: offsets are those of one Kafka only, and one that is set up
    /// anew begins at zero. Where nothing can be brought nobody knows.
    ///
    /// @param place offset of a record of the call
    static boolean isOthers(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, long place, long ending, BooleanSupplier isGivenUp) {
        return isOthers(first(consumer, partition, place, ending, isGivenUp), place);
    }

    private static boolean isOthers(List<ConsumerRecord<byte[], byte[]>> records, long place) {
        return !records.isEmpty() && records.getFirst().offset() == place && records.getFirst().key() == null;
    }

    /// What lies at a place and behind it, as much as is brought at once; nothing where there is nothing, or nothing can be brought.
    private static List<ConsumerRecord<byte[], byte[]>> first(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, long place, long ending, BooleanSupplier isGivenUp) {
        long startedNs = System.nanoTime();
        List<ConsumerRecord<byte[], byte[]>> records = List.of();
        while (records.isEmpty() && place < ending && !isGivenUp.getAsBoolean() && System.nanoTime() - startedNs < PATIENCE.toNanos()) {
            records = consumer.poll(POLL).records(partition);
        }
        return records;
    }

    /// What is said of a topic that is another one than the call was written to.
    static String begunAnew(Topic<?> topic) {
        return topic.name() + " was begun anew since: what it had of the call is gone";
    }

    private static @Nullable String deleted(Topic<?> topic, boolean isCut, boolean endsEarly) {
        if (isCut) {
            return topic.name() + " begins later than the call: older records were deleted";
        }
        return endsEarly ? topic.name() + " ends earlier than the call: its newest records are gone" : null;
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
                byte[] value = each.value();
                boolean isMine = each.key() != null && value != null;
                if (!goesOn && (each.offset() >= bounds.end() || (!isMine && isBehindTheCall(each)))) {
                    isOver = true;
                    return null;
                }
                if (isMine && value != null) {
                    laterInARow = 0;
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

    /// Of a record of another call.
    private boolean isBehindTheCall(ConsumerRecord<byte[], byte[]> others) {
        laterInARow = others.timestamp() > bounds.untilMs() ? laterInARow + 1 : 0;
        return laterInARow >= LATER_IN_A_ROW && others.offset() >= bounds.known();
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
