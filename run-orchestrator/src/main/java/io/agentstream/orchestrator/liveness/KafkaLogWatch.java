package io.agentstream.orchestrator.liveness;

import io.agentstream.runtime.Causes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Kafka with the client for administration, which needs the right to describe the workers' group. Any thread.
public final class KafkaLogWatch implements LogWatch {

    private static final Logger log = LoggerFactory.getLogger(KafkaLogWatch.class);
    private static final long ANSWER_MS = 2_000;

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
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MS);
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicPartition partition : partitions) {
            try {
                long leftNs = Math.max(0, deadlineNs - System.nanoTime());
                ends.put(partition, answer.partitionResult(partition).get(leftNs, TimeUnit.NANOSECONDS).offset());
            } catch (ExecutionException | TimeoutException notKnown) {
                ends.remove(partition); // its leader is away: nothing is judged by it
            }
        }
        return ends;
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
