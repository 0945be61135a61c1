package io.agentstream.calllog;

import io.agentstream.calllog.CallPlaces.Span;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// Reads a call back from Kafka, by seek: from the first of its records to the last where they are known, else from the time at which
/// it began to the time at which it was over, and never less far than to the newest one that is known. Of the other calls' records in
/// between nothing is kept. Commits nothing.
public final class KafkaCallSource implements CallSource {

    /// Of who follows: five readers each, for as long as calls are.
    private static final int FOLLOWER_FETCH_BYTES = 256 << 10;

    /// On these the records of all calls that talk lie mixed, fifty a second of each.
    private static final Set<Topic<?>> CROWDED = Set.of(Topics.CALL_MEDIA, Topics.SOCKET_COMMANDS);

    private final KafkaClients clients;
    private final CallPlaces places;
    private final @Nullable Following following;
    private final Semaphore ahead;
    private @Nullable Boolean isBegunAnew;

    /// @param goesOn whether the call does
    /// @param isGivenUp asked while it is read; any thread may ask
    private record Following(boolean goesOn, BooleanSupplier isGivenUp) {}

    /// One reading by itself.
    public KafkaCallSource(KafkaClients clients, CallPlaces places) {
        this(clients, places, new Semaphore(CROWDED.size()));
    }

    /// @param ahead has a permit for each thread that may read ahead at a time, of all readings that share it. Where there is none left a
    ///     reading has no thread of its own; one that was closed holds its permits until its threads are gone
    public KafkaCallSource(KafkaClients clients, CallPlaces places, Semaphore ahead) {
        this(clients, places, null, ahead);
    }

    private KafkaCallSource(KafkaClients clients, CallPlaces places, @Nullable Following following, Semaphore ahead) {
        this.clients = clients;
        this.places = places;
        this.following = following;
        this.ahead = ahead;
    }

    /// For somebody who follows the call, with no thread of its own and little that is held.
    ///
    /// @param goesOn whether it goes on: it is then read from its beginning to where it is, and where there is nothing for now that is said
    ///     with null
    /// @param isGivenUp asked now and then while others' records are passed over: then the reading fails. Any thread
    public static KafkaCallSource followed(KafkaClients clients, CallPlaces places, boolean goesOn, BooleanSupplier isGivenUp) {
        return new KafkaCallSource(clients, places, new Following(goesOn, isGivenUp), new Semaphore(0));
    }

    @Override
    public Records open(Topic<?> topic) throws IOException {
        byte[] key = places.callId().toKey();
        Consumer<byte[], byte[]> consumer = following == null
                ? clients.readerOf("call-log", key)
                : clients.readerOf("call-log-follow", key, FOLLOWER_FETCH_BYTES);
        try {
            Optional<TopicPartition> partition = partition(consumer, topic, key);
            if (partition.isEmpty()) {
                consumer.close();
                return new Nothing(null);
            }
            if (!isThere(consumer, partition.get())) {
                consumer.close();
                return new Nothing(KafkaRecords.begunAnew(topic));
            }
            if (following != null) {
                return KafkaRecords.seek(
                        consumer, topic, partition.get(), places, following.goesOn(), following.isGivenUp(),
                        !following.goesOn() && isElsewhere(topic, key));
            }
            boolean isElsewhere = isElsewhere(topic, key);
            Function<BooleanSupplier, Records> seek =
                    isGivenUp -> KafkaRecords.seek(consumer, topic, partition.get(), places, false, isGivenUp, isElsewhere);
            return CROWDED.contains(topic) ? ReadAhead.of(seek, topic.name(), ahead) : seek.apply(() -> false);
        } catch (KafkaException failure) {
            consumer.close();
            throw unreadable(topic, failure);
        } catch (IOException | RuntimeException failure) {
            consumer.close();
            throw failure;
        }
    }

    /// Whether a topic, of which no place is known, is known by others not to be the one that the call was written to.
    private boolean isElsewhere(Topic<?> topic, byte[] key) {
        return places.on(topic.name()).isEmpty() && isBegunAnew(key);
    }

    /// Whether this is another Kafka than the call was written to: by the first of its events, whose place is known of every run. Asked once in a
    /// reading.
    private synchronized boolean isBegunAnew(byte[] key) {
        if (isBegunAnew == null) {
            isBegunAnew = askWhetherBegunAnew(key);
        }
        return isBegunAnew;
    }

    private boolean askWhetherBegunAnew(byte[] key) {
        Optional<Span> first = places.on(Topics.CALL_LIFECYCLE.name());
        if (first.isEmpty() || first.get().last() == null) {
            return false;
        }
        TopicPartition partition = new TopicPartition(Topics.CALL_LIFECYCLE.name(), first.get().partition());
        long place = first.get().first();
        try (Consumer<byte[], byte[]> consumer = clients.readerOf("call-log", key, FOLLOWER_FETCH_BYTES)) {
            if (!isThere(consumer, partition)) {
                return true;
            }
            consumer.assign(List.of(partition));
            long beginning = Objects.requireNonNull(consumer.beginningOffsets(List.of(partition)).get(partition));
            long ending = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
            consumer.seek(partition, place);
            return place >= ending || (place >= beginning && KafkaRecords.isOthers(consumer, partition, place, ending, () -> false));
        }
    }

    /// Whether the topic has so many partitions: a Kafka that was set up anew may have made it with fewer, and then would be asked for that one until
    /// nobody waits any more. Of a topic that is not there nobody knows.
    private static boolean isThere(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        int partitions = consumer.partitionsFor(partition.topic()).size();
        return partitions == 0 || partition.partition() < partitions;
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

    static IOException unreadable(Topic<?> topic, KafkaException failure) {
        return new IOException("Kafka does not bring " + topic.name() + ": " + Causes.of(failure), failure);
    }

    /// @param gone why there is none any more; null where there never was
    private record Nothing(@Nullable String gone) implements Records {
        @Override
        public @Nullable LogRecord next() {
            return null;
        }

        @Override
        public Optional<String> deleted() {
            return Optional.ofNullable(gone);
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }
}
