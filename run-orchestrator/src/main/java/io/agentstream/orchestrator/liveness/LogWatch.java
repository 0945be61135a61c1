package io.agentstream.orchestrator.liveness;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// What Kafka knows and what reading records does not tell. Blocks for a moment at most.
public interface LogWatch {

    /// Where these partitions end now; without those of which Kafka does not say it, and those that it takes no records for, because
    /// too few of their replicas are in sync: who could not write there was not silent.
    Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) throws InterruptedException;

    /// How many partitions a topic has; nothing where Kafka does not say.
    OptionalInt partitions(String topic) throws InterruptedException;

    /// Whether the workers' group has any member, as far as the group's session timeout lets Kafka know; nothing where Kafka
    /// does not say.
    Optional<Boolean> hasWorkers() throws InterruptedException;
}
