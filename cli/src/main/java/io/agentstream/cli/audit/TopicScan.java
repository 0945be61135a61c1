package io.agentstream.cli.audit;

import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/// Reads what is on a topic from some time on up to where it ends at this moment. Commits nothing. Any thread.
final class TopicScan {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final int RECORDS = 2_000;

    /// How long a broker may bring nothing of what there is.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Records of a call may be older than its id by the difference of two clocks.
    private static final Duration SKEW = Duration.ofMinutes(2);

    private final KafkaClients clients;

    TopicScan(KafkaClients clients) {
        this.clients = clients;
    }

    @FunctionalInterface
    interface Taker {
        void take(ConsumerRecord<byte[], byte[]> record);
    }

    /// @param from calls of this time and later are read
    /// @return from when on calls have all their records here: the beginning of time, unless older records were deleted
    /// @throws IOException where the topic is not there, or the broker does not answer any more
    Instant read(Topic<?> topic, Instant from, Taker taker) throws IOException {
        try (Consumer<byte[], byte[]> consumer = clients.committedReader("audit", RECORDS)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new IOException("topic " + topic.name() + " is not there; ./agent-stream topics makes it");
            }
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> deletedUpTo = seek(consumer, partitions, ends, from);
            return read(consumer, partitions, ends, deletedUpTo, taker, topic);
        }
    }

    /// Returns where partitions begin of which something was deleted that may have been asked for.
    private static Map<TopicPartition, Long> seek(
            Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Map<TopicPartition, Long> ends, Instant from) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        partitions.forEach(each -> wanted.put(each, Math.max(0, from.minus(SKEW).toEpochMilli())));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted);
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> deleted = new HashMap<>();
        for (TopicPartition each : partitions) {
            OffsetAndTimestamp first = found.get(each);
            long begin = Objects.requireNonNullElse(beginnings.get(each), 0L);
            long start = first != null ? first.offset() : Objects.requireNonNull(ends.get(each));
            consumer.seek(each, start);
            if (begin > 0 && start <= begin) {
                deleted.put(each, begin);
            }
        }
        return deleted;
    }

    private static Instant read(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> deleted,
            Taker taker,
            Topic<?> topic)
            throws IOException {
        Instant whole = deleted.keySet().stream().anyMatch(each -> consumer.position(each) >= end(ends, each))
                ? Instant.now()
                : Instant.EPOCH; // of a partition that was emptied nobody can tell when its last record was written
        long heardNs = System.nanoTime();
        while (partitions.stream().anyMatch(each -> consumer.position(each) < end(ends, each))) {
            var records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (deleted.remove(partition) != null && Instant.ofEpochMilli(record.timestamp()).isAfter(whole)) {
                    whole = Instant.ofEpochMilli(record.timestamp());
                }
                if (record.offset() < end(ends, partition)) {
                    taker.take(record);
                }
            }
            if (!records.isEmpty()) {
                heardNs = System.nanoTime();
            } else if (System.nanoTime() - heardNs > PATIENCE.toNanos()) {
                throw new IOException("Kafka brings nothing of " + topic.name() + " any more");
            }
        }
        return whole;
    }

    private static long end(Map<TopicPartition, Long> ends, TopicPartition partition) {
        return Objects.requireNonNullElse(ends.get(partition), 0L);
    }
}
