package io.agentstream.worker.takeover;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Commits how far was read, but only once all that it led to is written: whoever takes over reads on from there, and what was not
/// written would be known to nobody. Only the loop.
final class Commits {

    private final Consumer<byte[], byte[]> consumer;
    private final Supplier<Batch> nextBatch;
    private final LongSupplier clockMs;
    /// How far was read when the newest batch of events was closed.
    private Map<TopicPartition, OffsetAndMetadata> read = Map.of();
    private @Nullable Batch batch;
    private volatile long acknowledgedMs;

    /// @param nextBatch closes the batch of what was written up to now, and begins another
    Commits(Consumer<byte[], byte[]> consumer, Supplier<Batch> nextBatch, LongSupplier clockMs) {
        this.consumer = consumer;
        this.nextBatch = nextBatch;
        this.clockMs = clockMs;
    }

    /// When Kafka took the newest commit.
    long acknowledgedMs() {
        return acknowledgedMs;
    }

    /// Once a second: commits what was read a second ago where all of it is written, and goes on to what was read since.
    void everySecond() {
        Batch written = batch;
        if (written != null && !written.isSettled()) {
            return;
        }
        if (written != null && !written.hasFailed()) {
            consumer.commitAsync(read, (offsets, failure) -> {
                if (failure == null) {
                    acknowledgedMs = clockMs.getAsLong();
                }
            });
        }
        read = positions();
        batch = nextBatch.get();
    }

    /// How far was certainly read, of the partitions that are owned; empty right after they came.
    Map<TopicPartition, OffsetAndMetadata> read() {
        return read;
    }

    /// The partitions are on the move: what was read of them is not ours to say any more.
    void forget() {
        read = Map.of();
        batch = null;
    }

    private Map<TopicPartition, OffsetAndMetadata> positions() {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        for (TopicPartition each : consumer.assignment()) {
            positions.put(each, new OffsetAndMetadata(consumer.position(each)));
        }
        return positions;
    }
}
