package io.agentstream.worker.takeover;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// Where the reading of partitions begins: behind what was committed last.
final class Places {

    /// Where to begin in a partition of which nobody has committed an offset. A little before now, so that no call is
    /// missed that began while the first worker started.
    static final long FIRST_LOOK_BACK_MS = 60_000;

    private Places() {}

    /// @param asked a consumer of the workers' group, which need not be a member
    /// @param limit of each question
    /// @throws KafkaException where somebody does not answer in time
    static Map<TopicPartition, Long> of(Consumer<byte[], byte[]> asked, Collection<TopicPartition> partitions, long nowMs, Duration limit) {
        Map<TopicPartition, OffsetAndMetadata> committed = asked.committed(Set.copyOf(partitions), limit);
        Map<TopicPartition, Long> places = new HashMap<>();
        Map<TopicPartition, Long> never = new HashMap<>();
        for (TopicPartition each : partitions) {
            OffsetAndMetadata known = committed.get(each);
            if (known == null) {
                never.put(each, nowMs - FIRST_LOOK_BACK_MS);
            } else {
                places.put(each, known.offset());
            }
        }
        if (!never.isEmpty()) {
            List<TopicPartition> quiet = new ArrayList<>();
            asked.offsetsForTimes(never, limit).forEach((partition, found) -> {
                if (found == null) {
                    quiet.add(partition);
                } else {
                    places.put(partition, found.offset());
                }
            });
            if (!quiet.isEmpty()) {
                places.putAll(asked.endOffsets(quiet, limit));
            }
        }
        return places;
    }
}
