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
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// One reading of what other workers left in some partitions of `conversation.snapshots.v1`. One thread, once.
///
/// Of the minutes that are read most is out of date: only the newest snapshot of each conversation is decoded, and of the others no more than the
/// header that says whose it is, where they have one. What was read of a partition beforehand is not read again.
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
    private final @Nullable Beforehand beforehand;
    /// Up to where each partition was read.
    private final Map<Integer, Long> reached = new HashMap<>();

    /// What was read of a partition before it came: the newest of each conversation, up to a place from where the rest can be read.
    ///
    /// @param place of the first that was not read
    /// @param atMs when that was
    record Beforehand(int number, long place, Map<CallId, Newest> newest, long atMs) {}

    /// @param epoch of whoever wrote it; [#UNKNOWN] of what cannot be read, which counts until there is something newer
    record Newest(ConsumerRecord<byte[], byte[]> written, int epoch) {

        /// A worker that lost a conversation, and writes of it all the same, is not believed.
        static Newest of(Newest before, Newest after) {
            return after.epoch == UNKNOWN || after.epoch >= before.epoch ? after : before;
        }
    }

    /// @param letters where what cannot be read is put aside; absent for a reading that nothing comes of
    /// @param beforehand of one of the partitions, if anything was
    SnapshotReading(Set<Integer> numbers, Optional<DeadLetters> letters, @Nullable Beforehand beforehand) {
        this.from = numbers.stream().map(number -> new TopicPartition(Topics.CONVERSATION_SNAPSHOTS.name(), number)).toList();
        this.letters = letters;
        this.beforehand = beforehand;
        this.missing = new HashSet<>(numbers);
    }

    /// Reads each partition up to where it ends by now.
    ///
    /// @param limit of all of it
    /// @param goesOn whether it is still wanted
    /// @return whether all was read
    /// @throws KafkaException where Kafka does not answer
    boolean read(Consumer<byte[], byte[]> reader, LongSupplier clockMs, Duration limit, BooleanSupplier goesOn) {
        long deadlineMs = clockMs.getAsLong() + limit.toMillis();
        reader.assign(from);
        if (!goesOn.getAsBoolean()) {
            return false;
        }
        Map<TopicPartition, Long> ends = reader.endOffsets(from, ArrivalLoader.QUESTION_LIMIT);
        if (!goesOn.getAsBoolean()) { // each question may take its time
            return false;
        }
        seek(reader, ends, clockMs.getAsLong() - LOOK_BACK.toMillis());
        settle(reader, ends);
        while (!missing.isEmpty() && clockMs.getAsLong() <= deadlineMs && goesOn.getAsBoolean()) {
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
        for (TopicPartition partition : from) {
            Beforehand known = beforehand;
            if (known == null || known.number() != partition.partition() || known.place() > ends.getOrDefault(partition, 0L)) {
                since.put(partition, sinceMs); // what ends before that place is not the log that it was
            } else {
                newest.putAll(known.newest());
                reader.seek(partition, known.place());
            }
        }
        if (since.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndTimestamp> found = reader.offsetsForTimes(since, ArrivalLoader.QUESTION_LIMIT);
        for (TopicPartition partition : since.keySet()) {
            OffsetAndTimestamp first = found.get(partition);
            reader.seek(partition, first == null ? ends.getOrDefault(partition, 0L) : first.offset());
        }
    }

    private void settle(Consumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends) {
        ends.forEach((partition, end) -> {
            int number = partition.partition();
            if (!missing.contains(number)) {
                return;
            }
            long position = reader.position(partition, ArrivalLoader.QUESTION_LIMIT);
            reached.put(number, position);
            if (position >= end) {
                missing.remove(number);
            }
        });
    }

    /// What was read by now of one of the partitions; null where nothing was.
    @Nullable Beforehand soFar(int number, long nowMs) {
        Long place = reached.get(number);
        Map<CallId, Newest> of = new HashMap<>(newest);
        of.values().removeIf(each -> each.written.partition() != number);
        return place == null ? null : new Beforehand(number, place, Map.copyOf(of), nowMs);
    }

    /// Reads the newest of each conversation, of the partitions that were read to their end.
    void open() {
        newest.forEach(this::open);
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
