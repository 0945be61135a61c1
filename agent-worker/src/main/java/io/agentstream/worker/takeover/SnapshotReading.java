package io.agentstream.worker.takeover;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.takeover.ArrivalLoader.Found;
import java.time.Duration;
import java.util.ArrayList;
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
///
/// Of the minutes that are read most is out of date: only the newest snapshot of each conversation is decoded, and of the others no more than the
/// header that says whose it is, where they have one.
final class SnapshotReading {

    /// How far back is read. Every conversation is written down each minute, so what is older has no call any more; and a topic that
    /// holds a month of them is found through as quickly as a new one.
    static final Duration LOOK_BACK = Duration.ofMinutes(10);

    private static final Duration POLL = Duration.ofMillis(100);

    private static final int UNKNOWN = -1;

    private final List<TopicPartition> from;
    private final Optional<DeadLetters> letters;
    private final Map<CallId, Newest> newest = new HashMap<>();
    private final List<Found> found = new ArrayList<>();
    private final Map<CallId, Integer> unreadable = new HashMap<>();
    private final Set<Integer> missing;

    /// @param epoch of whoever wrote it; [#UNKNOWN] of what cannot be read, which counts until there is something newer
    private record Newest(ConsumerRecord<byte[], byte[]> written, int epoch) {

        /// A worker that lost a conversation, and writes of it all the same, is not believed.
        static Newest of(Newest before, Newest after) {
            return after.epoch == UNKNOWN || after.epoch >= before.epoch ? after : before;
        }
    }

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
        try {
            while (!missing.isEmpty() && clockMs.getAsLong() <= deadlineMs) {
                for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                    take(each);
                }
                settle(reader, ends);
            }
        } finally { // those that were read to their end by then are taken, whatever is wrong with the others
            newest.forEach(this::open);
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
        if (of.isEmpty()) {
            letters.ifPresent(to -> to.put(each, "the key is no call's"));
        } else if (each.value() == null) {
            newest.remove(of.get());
        } else {
            newest.merge(of.get(), new Newest(each, epoch(each)), Newest::of);
        }
    }

    /// Workers of before 2026-12 say it in the value alone.
    private static int epoch(ConsumerRecord<byte[], byte[]> each) {
        return SnapshotEpoch.of(each.headers()).orElseGet(() ->
                Topics.CONVERSATION_SNAPSHOTS.codec().decode(each.value()) instanceof Codec.Decoded.Value<ConversationSnapshot>(var snapshot)
                        ? epoch(snapshot)
                        : UNKNOWN);
    }

    private static int epoch(ConversationSnapshot snapshot) {
        Integer epoch = snapshot.epoch();
        return epoch == null ? 0 : epoch;
    }

    /// What there is of a partition that was not read to its end is left: what comes after it may say that the conversation is over.
    private void open(CallId callId, Newest of) {
        ConsumerRecord<byte[], byte[]> written = of.written;
        if (missing.contains(written.partition())) {
            return;
        }
        switch (Topics.CONVERSATION_SNAPSHOTS.codec().decode(written.value())) {
            case Codec.Decoded.Value<ConversationSnapshot>(ConversationSnapshot snapshot) when !snapshot.callId().equals(callId) ->
                    malformed(callId, written, "it is another call's than its key says");
            case Codec.Decoded.Value<ConversationSnapshot>(ConversationSnapshot snapshot) when epoch(snapshot) != of.epoch ->
                    malformed(callId, written, "it is of another epoch than its header says");
            case Codec.Decoded.Value<ConversationSnapshot>(ConversationSnapshot snapshot) -> found.add(new Found(snapshot, written.partition()));
            case Codec.Decoded.Unknown<ConversationSnapshot>(String what) -> {
                unreadable.put(callId, written.partition());
                letters.ifPresent(to -> to.passOver(written, what));
            }
            case Codec.Decoded.Malformed<ConversationSnapshot>(String reason) -> malformed(callId, written, reason);
        }
    }

    private void malformed(CallId callId, ConsumerRecord<byte[], byte[]> written, String reason) {
        unreadable.put(callId, written.partition());
        letters.ifPresent(to -> to.put(written, reason));
    }

    List<Found> found() {
        return List.copyOf(found);
    }

    /// Calls whose newest snapshot cannot be read, each with the number of its partition.
    Map<CallId, Integer> unreadable() {
        return Map.copyOf(unreadable);
    }

    /// Numbers of partitions that were not read to their end.
    Set<Integer> missing() {
        return Set.copyOf(missing);
    }
}
