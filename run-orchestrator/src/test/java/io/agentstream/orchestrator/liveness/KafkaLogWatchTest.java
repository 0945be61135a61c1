package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;

final class KafkaLogWatchTest {

    private static TopicDescription topic(int replicas, int inSync) {
        List<Node> nodes = IntStream.range(0, replicas).mapToObj(id -> new Node(id, "localhost", 9092)).toList();
        return new TopicDescription(
                "topic", false, List.of(new TopicPartitionInfo(7, nodes.getFirst(), nodes, nodes.subList(0, inSync))));
    }

    @Test
    void nothingIsJudgedByAPartitionThatTakesNoRecords() {
        assertTrue(KafkaLogWatch.isWritable(topic(3, 2), 7, 2));

        assertFalse(KafkaLogWatch.isWritable(topic(3, 1), 7, 2));
        assertFalse(KafkaLogWatch.isWritable(topic(3, 3), 8, 2)); // one that the topic does not have
    }

    @Test
    void aTopicWithOneReplicaIsWritableWhereItHasThat() {
        assertTrue(KafkaLogWatch.isWritable(topic(1, 1), 7, 1));
        assertTrue(KafkaLogWatch.isWritable(topic(1, 1), 7, 2)); // the configuration is not known
        assertFalse(KafkaLogWatch.isWritable(topic(1, 0), 7, 1));
    }
}
