package io.agentstream.dev.e2e;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// What is on a topic at the moment.
final class TopicReader {

    private static final Duration POLL = Duration.ofMillis(100);

    private TopicReader() {}

    /// All committed records, in the order of each partition.
    static List<ConsumerRecord<byte[], byte[]>> read(String bootstrapServers, Topic<?> topic) throws Exception {
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Wait.until("all of " + topic.name() + " is read", () -> {
                consumer.poll(POLL).forEach(records::add);
                return Wait.when(ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue()));
            });
        }
        return records;
    }

    /// The newest value of each key, decoded.
    static <V> Map<String, V> latest(String bootstrapServers, Topic<V> topic) throws Exception {
        Map<String, V> latest = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read(bootstrapServers, topic)) {
            if (topic.codec().decode(record.value()) instanceof Decoded.Value<V>(V value)) {
                latest.put(new String(record.key(), StandardCharsets.UTF_8), value);
            }
        }
        return latest;
    }

    /// Runs that are over, as `usage.v1` has it.
    static long counted(String bootstrapServers) throws Exception {
        return latest(bootstrapServers, Topics.USAGE).values().stream()
                .mapToLong(usage -> usage.completed() + usage.failed())
                .sum();
    }
}
