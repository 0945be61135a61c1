package io.agentstream.worker.takeover;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.takeover.ArrivalLoader.Found;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// One reading of what other workers left in some partitions of `conversation.snapshots.v1`. One thread, once.
final class SnapshotReading {

    /// How far back is read. Every conversation is written down each minute, so what is older has no call any more; and a topic that
    /// holds a month of them is found through as quickly as a new one.
    static final Duration LOOK_BACK = Duration.ofMinutes(10);

    private static final Duration POLL = Duration.ofMillis(100);

    private final List<TopicPartition> from;
    private final Optional<DeadLetters> letters;
    private final Map<CallId, Found> open = new HashMap<>();
    private final Map<CallId, Integer> unreadable = new HashMap<>();
    private final Set<Integer> missing;

    /// @param letters where what cannot be read is put aside; absent for a reading that nothing comes of
    SnapshotReading(Set<Integer> numbers, Optional<DeadLetters> letters) {
        this.from = numbers.stream().map(number -> new TopicPartition(Topics.CONVERSATION_SNAPSHOTS.name(), number)).toList();
        this.letters = letters;
        this.missing = new HashSet<>(numbers);
    }

    /// Reads each partition up to where it ends by now.
    ///
    /// @param limit of all of it
    /// @return whether all was read
    /// @throws KafkaException where Kafka does not answer
    boolean read(Consumer<byte[], byte[]> reader, LongSupplier clockMs, Duration limit) {
        long deadlineMs = clockMs.getAsLong() + limit.toMillis();
        reader.assign(from);
        Map<TopicPartition, Long> ends = reader.endOffsets(from, ArrivalLoader.QUESTION_LIMIT);
        seek(reader, ends, clockMs.getAsLong() - LOOK_BACK.toMillis());
        settle(reader, ends);
        while (!missing.isEmpty() && clockMs.getAsLong() <= deadlineMs) {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                take(each);
            }
            settle(reader, ends);
        }
        reader.unsubscribe();
        return missing.isEmpty();
    }

    private void seek(Consumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends, long sinceMs) {
        Map<TopicPartition, Long> since = new HashMap<>();
        from.forEach(partition -> since.put(partition, sinceMs));
        Map<TopicPartition, OffsetAndTimestamp> found = reader.offsetsForTimes(since, ArrivalLoader.QUESTION_LIMIT);
        for (TopicPartition partition : from) {
            OffsetAndTimestamp first = found.get(partition);
            reader.seek(partition, first == null ? ends.getOrDefault(partition, 0L) : first.offset());
        }
    }

    private void settle(Consumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends) {
        ends.forEach((partition, end) -> {
            if (missing.contains(partition.partition()) && reader.position(partition, ArrivalLoader.QUESTION_LIMIT) >= end) {
                missing.remove(partition.partition());
            }
        });
    }

    private void take(ConsumerRecord<byte[], byte[]> each) {
        Optional<CallId> of = each.key() == null ? Optional.empty() : CallId.fromKey(each.key());
        of.ifPresent(unreadable::remove);
        if (each.value() == null) {
            of.ifPresent(open::remove);
            return;
        }
        switch (Topics.CONVERSATION_SNAPSHOTS.codec().decode(each.value())) {
            case Codec.Decoded.Value<ConversationSnapshot>(ConversationSnapshot snapshot) ->
                    open.merge(snapshot.callId(), new Found(snapshot, each.partition()), SnapshotReading::newer);
            case Codec.Decoded.Unknown<ConversationSnapshot>(String what) -> {
                of.ifPresent(callId -> isUnreadable(callId, each.partition()));
                letters.ifPresent(to -> to.passOver(each, what));
            }
            case Codec.Decoded.Malformed<ConversationSnapshot>(String reason) -> {
                of.ifPresent(callId -> isUnreadable(callId, each.partition()));
                letters.ifPresent(to -> to.put(each, reason));
            }
        }
    }

    private void isUnreadable(CallId callId, int partition) {
        open.remove(callId);
        unreadable.put(callId, partition);
    }

    /// A worker that lost a conversation, and writes of it all the same, is not believed.
    private static Found newer(Found before, Found after) {
        return epoch(after) >= epoch(before) ? after : before;
    }

    private static int epoch(Found found) {
        Integer epoch = found.snapshot().epoch();
        return epoch == null ? 0 : epoch;
    }

    /// What there is of partitions that were read to their end: what comes after it may say that it is over.
    List<Found> found() {
        return open.values().stream().filter(found -> !missing.contains(found.partition())).toList();
    }

    /// Calls whose newest snapshot cannot be read, each with the number of its partition.
    Map<CallId, Integer> unreadable() {
        Map<CallId, Integer> calls = new HashMap<>(unreadable);
        calls.values().removeAll(missing);
        return Map.copyOf(calls);
    }

    /// Numbers of partitions that were not read to their end.
    Set<Integer> missing() {
        return Set.copyOf(missing);
    }
}
