package io.agentstream.orchestrator.liveness;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// A Kafka whose partitions end where a test says, at 0 where it does not.
final class FakeLogWatch implements LogWatch {

    final Map<TopicPartition, Long> ends = new HashMap<>();
    Optional<Boolean> workers = Optional.of(true);
    OptionalInt partitions = OptionalInt.empty();
    Runnable beforeAnswer = () -> {};

    @Override
    public Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
        Map<TopicPartition, Long> answer = new HashMap<>();
        partitions.forEach(partition -> answer.put(partition, ends.getOrDefault(partition, 0L)));
        return answer;
    }

    @Override
    public OptionalInt partitions(String topic) {
        return partitions;
    }

    @Override
    public Optional<Boolean> hasWorkers() {
        beforeAnswer.run();
        return workers;
    }
}
