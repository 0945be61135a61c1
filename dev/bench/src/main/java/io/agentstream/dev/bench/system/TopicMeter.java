package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.report.Point;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/// Reads how long the log of each topic is, the broker's own topics among them. Blocks; one thread.
public final class TopicMeter {

    private static final double NS_PER_SECOND = 1e9;

    private final Admin admin;

    /// @param admin stays its owner's
    public TopicMeter(Admin admin) {
        this.admin = admin;
    }

    /// How much was on each topic at a moment. Bytes are those of the log, so after compression and with the batches' heads.
    public record Reading(long atNs, Map<String, Long> records, Map<String, Long> bytes) {

        /// What came to each topic since `earlier`, per second, where anything did. Where the broker has cleaned a log up in
        /// between there are fewer bytes than there were; that counts as none.
        public Map<String, Point.TopicRate> since(Reading earlier) {
            double seconds = (atNs - earlier.atNs) / NS_PER_SECOND;
            Map<String, Point.TopicRate> rates = new TreeMap<>();
            records.forEach((topic, count) -> {
                long more = count - earlier.records.getOrDefault(topic, 0L);
                long longer = bytes.getOrDefault(topic, 0L) - earlier.bytes.getOrDefault(topic, 0L);
                if (more > 0) {
                    rates.put(topic, new Point.TopicRate(more / seconds, Math.max(0, longer) / seconds));
                }
            });
            return rates;
        }
    }

    /// Reads now.
    public Reading read() throws IOException, InterruptedException {
        try {
            Map<String, TopicDescription> topics = admin.describeTopics(
                            admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get())
                    .allTopicNames()
                    .get();
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            topics.forEach((name, topic) -> topic.partitions()
                    .forEach(partition -> ends.put(new TopicPartition(name, partition.partition()), OffsetSpec.latest())));
            Map<String, Long> records = new HashMap<>();
            admin.listOffsets(ends).all().get()
                    .forEach((partition, end) -> records.merge(partition.topic(), end.offset(), Long::sum));
            return new Reading(System.nanoTime(), records, bytes());
        } catch (ExecutionException failure) {
            throw new IOException("the broker does not tell about its topics", failure.getCause());
        }
    }

    private Map<String, Long> bytes() throws ExecutionException, InterruptedException {
        Map<String, Long> bytes = new HashMap<>();
        var brokers = admin.describeCluster().nodes().get().stream().map(Node::id).collect(Collectors.toSet());
        admin.describeLogDirs(brokers).allDescriptions().get().values().stream()
                .flatMap(directories -> directories.values().stream())
                .forEach(directory -> directory.replicaInfos()
                        .forEach((partition, replica) -> bytes.merge(partition.topic(), replica.size(), Long::sum)));
        return bytes;
    }
}
