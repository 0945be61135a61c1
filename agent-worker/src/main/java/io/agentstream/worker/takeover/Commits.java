package io.agentstream.worker.takeover;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/// Commits how far was read, but only once all that it led to is written: whoever takes over reads on from there, and what was not
/// written would be known to nobody. Only the loop.
final class Commits {

    private static final Duration LAST_LIMIT = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;
    private final Predicate<TopicPartition> placed;
    private final Supplier<Batch> nextBatch;
    private final LongSupplier clockMs;
    /// How far was read when the newest batch was closed, and whether all that it led to was sent by then.
    private Map<TopicPartition, OffsetAndMetadata> read = Map.of();
    private boolean allSent;
    private @Nullable Batch batch;
    /// How far was read of what is written for certain.
    private Map<TopicPartition, OffsetAndMetadata> certain = Map.of();
    private volatile long acknowledgedMs;

    /// @param placed whether it is known where a partition's reading began
    /// @param nextBatch closes the batch of what was written up to now, and begins another
    Commits(
            Consumer<byte[], byte[]> consumer, Predicate<TopicPartition> placed, Supplier<Batch> nextBatch, LongSupplier clockMs) {
        this.consumer = consumer;
        this.placed = placed;
        this.nextBatch = nextBatch;
        this.clockMs = clockMs;
    }

    /// When Kafka took the newest commit.
    long acknowledgedMs() {
        return acknowledgedMs;
    }

    /// These partitions are read from now on, from these places; nothing of them was read yet.
    void begin(Map<TopicPartition, Long> places) {
        Map<TopicPartition, OffsetAndMetadata> begun = new HashMap<>();
        places.forEach((partition, place) -> begun.put(partition, new OffsetAndMetadata(place)));
        certain = with(certain, begun);
        read = with(read, begun);
    }

    private static Map<TopicPartition, OffsetAndMetadata> with(
            Map<TopicPartition, OffsetAndMetadata> before, Map<TopicPartition, OffsetAndMetadata> begun) {
        Map<TopicPartition, OffsetAndMetadata> after = new HashMap<>(before);
        after.putAll(begun);
        return after;
    }

    /// Of others nothing is ours to say.
    void keepOnly(Set<TopicPartition> owned) {
        certain = without(certain, owned);
        read = without(read, owned);
    }

    private static Map<TopicPartition, OffsetAndMetadata> without(
            Map<TopicPartition, OffsetAndMetadata> before, Set<TopicPartition> owned) {
        Map<TopicPartition, OffsetAndMetadata> after = new HashMap<>(before);
        after.keySet().retainAll(owned);
        return after;
    }

    /// Once a second: commits what is written for certain, also where that is nothing new, because the answer tells that the group
    /// still counts on this member.
    ///
    /// @param anyUnsaved whether a conversation waits to be written down, for the first time or once more
    void everySecond(boolean anyUnsaved) {
        if (batch == null || batch.isSettled()) {
            if (isWritten()) {
                certain = read;
            }
            read = positions(consumer.assignment(), Duration.ZERO);
            allSent = !anyUnsaved;
            batch = nextBatch.get();
        }
        if (!certain.isEmpty()) {
            consumer.commitAsync(certain, (offsets, failure) -> {
                if (failure == null) {
                    acknowledged();
                }
            });
        }
    }

    private boolean isWritten() {
        return batch != null && batch.isSettled() && !batch.hasFailed() && allSent;
    }

    /// The group has answered as it answers a member.
    void acknowledged() {
        acknowledgedMs = clockMs.getAsLong();
    }

    /// For handing over, once everything was sent and settled: commits all that was read of what is taken away, where all of it is written, and
    /// else as far as it is. Whoever takes over reads the rest once more. Of what stays, what was certain before stays certain.
    void last(Predicate<TopicPartition> taken) {
        Batch rest = nextBatch.get();
        boolean whole = rest.isSettled() && !rest.hasFailed() && (batch == null || isWritten());
        if (whole) {
            Map<TopicPartition, OffsetAndMetadata> until = new HashMap<>(certain);
            until.putAll(positions(consumer.assignment().stream().filter(taken).toList(), Duration.ZERO));
            certain = until;
        }
        again();
    }

    /// Commits once more what is certain.
    void again() {
        if (certain.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(certain, LAST_LIMIT);
        } catch (WakeupException meantForPoll) {
            consumer.commitSync(certain, LAST_LIMIT);
        }
    }

    /// How far was read of what is written for certain, of the partitions that are owned.
    Map<TopicPartition, OffsetAndMetadata> certain() {
        return certain;
    }

    /// The partitions are somebody else's: what was read of them is not ours to say any more.
    void forget() {
        read = Map.of();
        certain = Map.of();
        batch = null;
    }

    /// Without partitions of which it is not known now, because their leader or the group's coordinator does not answer: whoever takes
    /// over reads them from where they were committed last. To wait for one would hold up all calls of the loop, and end it.
    private Map<TopicPartition, OffsetAndMetadata> positions(Collection<TopicPartition> of, Duration limit) {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        boolean woken = false;
        for (TopicPartition each : of) {
            for (int tries = 0; tries < 2 && placed.test(each) && !positions.containsKey(each); tries++) {
                try {
                    positions.put(each, new OffsetAndMetadata(consumer.position(each, limit)));
                } catch (TimeoutException notKnown) { // left out
                    break;
                } catch (WakeupException meantForPoll) {
                    woken = true;
                }
            }
        }
        if (woken) {
            consumer.wakeup();
        }
        return positions;
    }
}
