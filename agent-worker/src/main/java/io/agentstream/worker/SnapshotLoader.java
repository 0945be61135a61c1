package io.agentstream.worker;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what other workers left in some partitions of `conversation.snapshots.v1`. Blocks, but not for longer than
/// [#LIMIT]; what was not read by then is not taken over.
final class SnapshotLoader {

    /// A caller hears this as a pause, and a member of the group that does not poll for a minute is thrown out.
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(SnapshotLoader.class);
    private static final Duration POLL = Duration.ofMillis(100);

    record Found(ConversationSnapshot snapshot, int partition) {}

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final DeadLetters deadLetters;
    private final LongSupplier clockMs;

    /// @param readers makes a reader that begins where it is told to; it is closed after each use
    SnapshotLoader(Supplier<Consumer<byte[], byte[]>> readers, DeadLetters deadLetters, LongSupplier clockMs) {
        this.readers = readers;
        this.deadLetters = deadLetters;
        this.clockMs = clockMs;
    }

    /// The newest snapshot of each conversation that is not over.
    List<Found> load(Collection<Integer> partitions) {
        if (partitions.isEmpty()) {
            return List.of();
        }
        long deadlineMs = clockMs.getAsLong() + LIMIT.toMillis();
        List<TopicPartition> from = partitions.stream()
                .map(partition -> new TopicPartition(Topics.CONVERSATION_SNAPSHOTS.name(), partition))
                .toList();
        Map<CallId, Found> open = new HashMap<>();
        Consumer<byte[], byte[]> reader = readers.get();
        try {
            reader.assign(from);
            reader.seekToBeginning(from);
            Map<TopicPartition, Long> ends = reader.endOffsets(from, LIMIT);
            while (!ends.entrySet().stream().allMatch(end -> reader.position(end.getKey(), LIMIT) >= end.getValue())) {
                if (clockMs.getAsLong() > deadlineMs) {
                    log.atError().addKeyValue("partitions", partitions).log("snapshots were not read in time");
                    break;
                }
                for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                    take(each, open);
                }
            }
        } catch (KafkaException unreadable) {
            log.atError().addKeyValue("partitions", partitions).setCause(unreadable).log("snapshots could not be read");
        } finally {
            // A fetch that is under way waits for new records half a second; nobody needs its answer.
            reader.close(CloseOptions.timeout(Duration.ZERO));
        }
        return new ArrayList<>(open.values());
    }

    private void take(ConsumerRecord<byte[], byte[]> each, Map<CallId, Found> open) {
        if (each.value() == null) {
            if (each.key() != null) {
                CallId.fromKey(each.key()).ifPresent(open::remove);
            }
            return;
        }
        switch (Topics.CONVERSATION_SNAPSHOTS.codec().decode(each.value())) {
            case Codec.Decoded.Value<ConversationSnapshot>(ConversationSnapshot snapshot) ->
                    open.put(snapshot.callId(), new Found(snapshot, each.partition()));
            case Codec.Decoded.Unknown<ConversationSnapshot>(String what) -> deadLetters.passOver(each, what);
            case Codec.Decoded.Malformed<ConversationSnapshot>(String reason) -> deadLetters.put(each, reason);
        }
    }
}
