package io.agentstream.dev.e2e;

import io.agentstream.runtime.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// How far the groups of a Kafka have come.
///
/// @param servers where it is
record Groups(String servers) {

    private static final long LIMIT_MS = 60_000;

    Admin admin() {
        return new KafkaClients(servers, Map.of(), Duration.ZERO).admin("test");
    }

    /// Where the topics end at this time.
    Map<TopicPartition, Long> ends(List<String> topics) throws Exception {
        try (Admin admin = admin()) {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            for (var topic : admin.describeTopics(topics).allTopicNames().get().values()) {
                topic.partitions().forEach(partition ->
                        latest.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
            }
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        }
    }

    /// Waits until the group has committed so much.
    void awaitRead(String group, Map<TopicPartition, Long> ends) throws Exception {
        try (Admin admin = admin()) {
            Wait.until("all is read by " + group, LIMIT_MS, () -> {
                var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
                return Wait.when(ends.entrySet().stream().filter(end -> end.getValue() > 0).allMatch(end -> {
                    OffsetAndMetadata offset = committed.get(end.getKey());
                    return offset != null && offset.offset() >= end.getValue();
                }));
            });
        }
    }
}
