package io.agentstream.orchestrator.liveness;

import io.agentstream.runtime.Causes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Kafka with the client for administration, which needs the right to describe the workers' group and the topics, and better also
/// their configuration. Any thread.
public final class KafkaLogWatch implements LogWatch {

    private static final Logger log = LoggerFactory.getLogger(KafkaLogWatch.class);
    private static final long ANSWER_MS = 2_000;

    /// What topics are assumed to be configured with where we may not read it.
    private static final int LEAST_IN_SYNC = 2;

    private final Admin admin;
    private final String workersGroup;
    private boolean complained;

    /// @param admin stays its giver's to close
    public KafkaLogWatch(Admin admin, String workersGroup) {
        this.admin = admin;
        this.workersGroup = workersGroup;
    }

    @Override
    public Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) throws InterruptedException {
        ListOffsetsResult answer = admin.listOffsets(
                partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())));
        Set<String> topics = partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
        var described = admin.describeTopics(topics).topicNameValues();
        var configured = admin.describeConfigs(topics.stream().map(KafkaLogWatch::config).toList()).values();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MS);
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (String topic : topics) {
            Optional<TopicDescription> description = await(described.get(topic), deadlineNs);
            Optional<Config> config = await(configured.get(config(topic)), deadlineNs);
            for (TopicPartition partition : partitions) {
                boolean isWritable = partition.topic().equals(topic)
                        && description.isPresent()
                        && isWritable(description.get(), partition.partition(), leastInSync(config));
                Optional<ListOffsetsResultInfo> end =
                        isWritable ? await(answer.partitionResult(partition), deadlineNs) : Optional.empty();
                end.ifPresent(known -> ends.put(partition, known.offset()));
            }
        }
        return ends;
    }

    @Override
    public OptionalInt partitions(String topic) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MS);
        return await(admin.describeTopics(List.of(topic)).topicNameValues().get(topic), deadlineNs)
                .map(description -> OptionalInt.of(description.partitions().size()))
                .orElseGet(OptionalInt::empty);
    }

    private static ConfigResource config(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    /// Nothing where Kafka does not say it in time, or not to us.
    private static <T> Optional<T> await(@Nullable KafkaFuture<T> answer, long deadlineNs) throws InterruptedException {
        if (answer == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException notKnown) {
            return Optional.empty();
        }
    }

    private static int leastInSync(Optional<Config> config) {
        return config.map(known -> known.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG))
                .map(entry -> Integer.parseInt(entry.value()))
                .orElse(LEAST_IN_SYNC);
    }

    /// Whether Kafka takes records for a partition: it has a leader, and as many replicas in sync as it must have.
    static boolean isWritable(TopicDescription topic, int partition, int leastInSync) {
        return topic.partitions().stream()
                .anyMatch(p -> p.partition() == partition
                        && p.leader() != null
                        && p.isr().size() >= Math.min(leastInSync, p.replicas().size()));
    }

    @Override
    public Optional<Boolean> hasWorkers() throws InterruptedException {
        try {
            Map<String, ConsumerGroupDescription> groups =
                    admin.describeConsumerGroups(List.of(workersGroup)).all().get(ANSWER_MS, TimeUnit.MILLISECONDS);
            return Optional.of(groups.values().stream().anyMatch(group -> !group.members().isEmpty()));
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof GroupIdNotFoundException) {
                return Optional.of(false); // nobody ever was a member
            }
            complain(refused);
            return Optional.empty();
        } catch (TimeoutException late) {
            return Optional.empty();
        }
    }

    private void complain(Throwable cause) {
        if (!complained) {
            complained = true;
            log.atWarn().addKeyValue("failure", Causes.of(cause)).log("Kafka does not say whether there are workers");
        }
    }
}
