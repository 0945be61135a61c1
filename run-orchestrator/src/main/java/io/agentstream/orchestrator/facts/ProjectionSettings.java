package io.agentstream.orchestrator.facts;

import io.agentstream.runtime.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/// How a projection runs in Kafka Streams.
final class ProjectionSettings {

    private ProjectionSettings() {}

    /// @param memory what the stores of all projections share
    /// @param session after how long of silence a process, or a thread of it, counts as gone
    static Properties of(
            KafkaClients clients, String application, Path directory, DiskLimits.Memory memory, Duration session) {
        Properties properties = new Properties();
        properties.putAll(clients.commonProperties());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, DiskLimits.class);
        properties.put(DiskLimits.MEMORY, memory);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
        properties.put(StreamsConfig.POLL_MS_CONFIG, 250);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        // Facts may be a quarter of a second late. A fetch for each sign of life of each call was most of what they cost.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 64 << 10);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 250);
        int sessionMs = Math.toIntExact(session.toMillis());
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), sessionMs);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), Math.min(3_000, sessionMs / 3));
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        return properties;
    }
}
