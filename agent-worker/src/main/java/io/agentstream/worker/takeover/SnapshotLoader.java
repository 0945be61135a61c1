package io.agentstream.worker.takeover;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what other workers left in some partitions of `conversation.snapshots.v1`. Blocks, but not for longer than its
/// limit; what was not read by then is named, so that it can be loaded again.
///
/// Its reader stays from one reading to the next: to make one and to connect takes several times what a reading does, and calls wait for it. Any
/// thread; one at a time, the others wait.
public final class SnapshotLoader implements AutoCloseable {

    /// A caller hears this as a pause, and a member of the group that does not poll for a minute is thrown out.
    static final Duration LIMIT = Duration.ofSeconds(10);

    /// Of another try, while calls wait that this worker holds already.
    static final Duration RELOAD_LIMIT = Duration.ofSeconds(2);

    /// How far back is read. Every conversation is written down each minute, so what is older has no call any more; and a topic that
    /// holds a month of them is found through as quickly as a new one.
    static final Duration LOOK_BACK = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(SnapshotLoader.class);
    private static final Duration POLL = Duration.ofMillis(100);

    record Found(ConversationSnapshot snapshot, int partition) {}

    /// @param found the newest snapshot of each conversation that is not over
    /// @param unreadable calls whose newest snapshot cannot be read
    /// @param missing partitions that were not read to their end; of these nothing is found
    record Loaded(List<Found> found, Set<CallId> unreadable, Set<Integer> missing) {}

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private @Nullable Consumer<byte[], byte[]> reader;
    private final DeadLetters deadLetters;
    private final LongSupplier clockMs;

    /// @param readers makes a reader that begins where it is told to; it is closed when a reading has failed, and with this
    public SnapshotLoader(Supplier<Consumer<byte[], byte[]>> readers, DeadLetters deadLetters, LongSupplier clockMs) {
        this.readers = readers;
        this.deadLetters = deadLetters;
        this.clockMs = clockMs;
    }

    /// Reads as for a take-over, and forgets it: the first reading of a new process takes many times what the next one does, and the calls that
    /// come with its first partitions wait for that. Blocks for some seconds at most, also where Kafka is away.
    public void warmUp() {
        load(List.of(0), RELOAD_LIMIT);
    }

    /// What others left in these partitions.
    synchronized Loaded load(Collection<Integer> partitions, Duration limit) {
        if (partitions.isEmpty()) {
            return new Loaded(List.of(), Set.of(), Set.of());
        }
        long deadlineMs = clockMs.getAsLong() + limit.toMillis();
        List<TopicPartition> from = partitions.stream()
                .map(partition -> new TopicPartition(Topics.CONVERSATION_SNAPSHOTS.name(), partition))
                .toList();
        Map<CallId, Found> open = new HashMap<>();
        Map<CallId, Integer> unreadable = new HashMap<>();
        Set<Integer> missing = new HashSet<>(partitions);
        try {
            Consumer<byte[], byte[]> kept = reader();
            kept.assign(from);
            Map<TopicPartition, Long> ends = kept.endOffsets(from, limit);
            seek(kept, from, ends, limit);
            ends.forEach((partition, end) -> settle(kept, partition, end, limit, missing));
            while (!missing.isEmpty()) {
                if (clockMs.getAsLong() > deadlineMs) {
                    log.atError().addKeyValue("partitions", missing).log("snapshots were not read in time");
                    break;
                }
                for (ConsumerRecord<byte[], byte[]> each : kept.poll(POLL)) {
                    take(each, open, unreadable);
                }
                ends.forEach((partition, end) -> settle(kept, partition, end, limit, missing));
            }
            kept.unsubscribe();
        } catch (KafkaException away) {
            log.atError().addKeyValue("partitions", missing).setCause(away).log("snapshots could not be read");
            close();
        }
        open.values().removeIf(found -> missing.contains(found.partition())); // what comes after it may say that it is over
        unreadable.values().removeIf(missing::contains);
        return new Loaded(List.copyOf(open.values()), Set.copyOf(unreadable.keySet()), Set.copyOf(missing));
    }

    private Consumer<byte[], byte[]> reader() {
        Consumer<byte[], byte[]> there = reader;
        if (there == null) {
            there = readers.get();
            reader = there;
        }
        return there;
    }

    /// Gives the reader back. Whoever reads again has another one.
    @Override
    public synchronized void close() {
        Consumer<byte[], byte[]> last = reader;
        reader = null;
        if (last != null) {
            last.close(CloseOptions.timeout(Duration.ZERO)); // nobody needs the answer of a fetch that is under way
        }
    }

    private static void settle(
            Consumer<byte[], byte[]> reader, TopicPartition partition, long end, Duration limit, Set<Integer> missing) {
        if (missing.contains(partition.partition()) && reader.position(partition, limit) >= end) {
            missing.remove(partition.partition());
        }
    }

    private void seek(Consumer<byte[], byte[]> reader, List<TopicPartition> from, Map<TopicPartition, Long> ends, Duration limit) {
        long sinceMs = clockMs.getAsLong() - LOOK_BACK.toMillis();
        Map<TopicPartition, Long> since = new HashMap<>();
        from.forEach(partition -> since.put(partition, sinceMs));
        Map<TopicPartition, OffsetAndTimestamp> found = reader.offsetsForTimes(since, limit);
        for (TopicPartition partition : from) {
            OffsetAndTimestamp first = found.get(partition);
            reader.seek(partition, first == null ? ends.getOrDefault(partition, 0L) : first.offset());
        }
    }

    /// A worker that lost a conversation, and writes of it all the same, is not believed.
    private static Found newer(Found before, Found after) {
        return epoch(after) >= epoch(before) ? after : before;
    }

    private static int epoch(Found found) {
        Integer epoch = found.snapshot().epoch();
        return epoch == null ? 0 : epoch;
    }

    private void take(ConsumerRecord<byte[], byte[]> each, Map<CallId, Found> open, Map<CallId, Integer> unreadable) {
        Optional<CallId> of = each.key() == null ? Optional.empty() : CallId.fromKey(each.key());
        of.ifPresent(unreadable::remove);
        if (each.value() == null) {
            of.ifPresent(open::remove);
            return;
        }
        switch (Topics.CONVERSATION_SNAPSHOTS.codec().decode(each.value())) {
            case Codec.Decoded.Value<ConversationSnapshot>(ConversationSnapshot snapshot) ->
                    open.merge(snapshot.callId(), new Found(snapshot, each.partition()), SnapshotLoader::newer);
            case Codec.Decoded.Unknown<ConversationSnapshot>(String what) -> {
                of.ifPresent(open::remove);
                of.ifPresent(callId -> unreadable.put(callId, each.partition()));
                deadLetters.passOver(each, what);
            }
            case Codec.Decoded.Malformed<ConversationSnapshot>(String reason) -> {
                of.ifPresent(open::remove);
                of.ifPresent(callId -> unreadable.put(callId, each.partition()));
                deadLetters.put(each, reason);
            }
        }
    }
}
