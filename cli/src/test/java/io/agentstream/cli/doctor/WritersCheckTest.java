package io.agentstream.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Config;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/// What is said of the clocks of those who write.
final class WritersCheckTest {

    private static List<Finding> heard(Map<String, Duration> ahead) throws Exception {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("latest");
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (String topic : List.of(Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name())) {
            consumer.updatePartitions(topic, List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0])));
            ends.put(new TopicPartition(topic, 0), 0L);
        }
        consumer.updateEndOffsets(ends);
        consumer.schedulePollTask(() -> ahead.forEach((topic, by) -> consumer.addRecord(new ConsumerRecord<>(
                topic, 0, 0, Instant.now().plus(by).toEpochMilli(), TimestampType.CREATE_TIME, 0, 0, null, new byte[0], new RecordHeaders(),
                Optional.empty()))));
        return new WritersCheck(Config.load(Map.of(), Map.of(), List.of()), Duration.ofMillis(500)).look(consumer);
    }

    @Test
    void aWorkerWhoseClockIsOffIsNamed() throws Exception {
        List<Finding> found = heard(Map.of(
                Topics.CALL_LIFECYCLE.name(), Duration.ZERO, Topics.CONVERSATION_EVENTS.name(), Duration.ofSeconds(30)));

        assertEquals(List.of(true, false), found.stream().map(Finding::isOk).toList());
        assertTrue(found.getLast().says().contains("a worker (partition 0 of conversation.events.v1) is"), found.getLast().says());
        assertTrue(found.getLast().says().contains("ahead of this machine"), found.getLast().says());
    }

    @Test
    void ofWhomNothingIsHeardNothingIsSaid() throws Exception {
        assertTrue(heard(Map.of()).stream().allMatch(each -> each.isOk() && each.says().contains("is not known")));
    }
}
