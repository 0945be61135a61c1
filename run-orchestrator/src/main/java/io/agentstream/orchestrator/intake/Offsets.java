package io.agentstream.orchestrator.intake;

import io.agentstream.runtime.Causes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How far the assigned partitions are done, and the commits of that: a partition's offset is committed up to the first record that
/// is not done. Only the loop.
final class Offsets {

    private static final Logger log = LoggerFactory.getLogger(Offsets.class);
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Progress> partitions = new HashMap<>();

    Offsets(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    void assigned(Collection<TopicPartition> added) {
        added.forEach(partition -> partitions.put(partition, new Progress()));
    }

    /// The partitions are somebody else's now: what is not done of them is left to them.
    void drop(Collection<TopicPartition> gone) {
        for (TopicPartition partition : gone) {
            Progress progress = partitions.remove(partition);
            if (progress != null) {
                progress.revoke();
            }
        }
    }

    /// Nothing more is begun; what is done can still be committed.
    void revoke() {
        partitions.values().forEach(Progress::revoke);
    }

    Set<TopicPartition> partitions() {
        return partitions.keySet();
    }

    /// Nothing where the partition is not ours.
    @Nullable Progress of(TopicPartition partition) {
        return partitions.get(partition);
    }

    void commitLater() {
        Map<TopicPartition, OffsetAndMetadata> offsets = committable(partitions.keySet());
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, (committed, failure) -> {
                if (failure == null) {
                    remember(committed);
                }
            });
        }
    }

    void commitNow(Collection<TopicPartition> of) {
        Map<TopicPartition, OffsetAndMetadata> offsets = committable(of);
        if (offsets.isEmpty()) {
            return;
        }
        try {
            try {
                consumer.commitSync(offsets, COMMIT_LIMIT);
            } catch (WakeupException meantForAPoll) {
                consumer.commitSync(offsets, COMMIT_LIMIT);
            }
            remember(offsets);
        } catch (KafkaException notTaken) { // the next owner reads the records again, which is harmless
            log.atWarn().addKeyValue("failure", Causes.of(notTaken)).log("offsets not committed");
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committable(Collection<TopicPartition> of) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : of) {
            Progress progress = partitions.get(partition);
            if (progress != null) {
                progress.committable().ifPresent(upTo -> offsets.put(partition, new OffsetAndMetadata(upTo)));
            }
        }
        return offsets;
    }

    private void remember(Map<TopicPartition, OffsetAndMetadata> committed) {
        committed.forEach((partition, offset) -> {
            Progress progress = partitions.get(partition);
            if (progress != null) {
                progress.committed(offset.offset());
            }
        });
    }
}
