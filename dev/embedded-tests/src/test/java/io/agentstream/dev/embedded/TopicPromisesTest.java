package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.runtime.TopicProvisioner.Difference;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topic.Cleanup;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the table of topics promises is what a broker does, with the settings that the provisioner gives it. The broker looks at its
/// segments every 200 ms instead of every five minutes; the topics' settings are made by the same rule as the real ones, from smaller
/// figures.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TopicPromisesTest {

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final TopicProvisioner.Plan PLAN = new TopicProvisioner.Plan(2, 3, 1, Duration.ofHours(1));

    private EmbeddedKafka kafka;
    private KafkaClients clients;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path directory) {
        kafka = EmbeddedKafka.start(
                directory, 0,
                Map.of(
                        "log.cleaner.backoff.ms", "200",
                        "log.retention.check.interval.ms", "200",
                        "log.initial.task.delay.ms", "200",
                        "log.segment.delete.delay.ms", "100"),
                reason -> {});
        clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
        admin = clients.admin("test");
    }

    @AfterAll
    void stop() {
        admin.close();
        kafka.close();
    }

    @Test
    void aReplacedRecordIsGoneWithinTheTopicsTime() throws Exception {
        // given
        String name = create("compacts", Set.of(Cleanup.COMPACT), Duration.ofSeconds(1));
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
            for (int n = 0; n < 300; n++) {
                send(producer, name, "call", "state " + n);
            }

            // when
            long deadlineNs = System.nanoTime() + LIMIT_NS;
            long left = 300;
            while (left > 20 && System.nanoTime() < deadlineNs) {
                send(producer, name, "call", "newer state"); // a quiet topic keeps its newest segment as it is
                left = count(name);
            }

            // then
            assertTrue(left <= 20, left + " records are still there");
        }
    }

    @Test
    void aRecordIsGoneWhenItsTimeIsOver() throws Exception {
        // given
        String name = create("deletes", Set.of(Cleanup.DELETE), Duration.ofMillis(4_800));
        TopicPartition partition = new TopicPartition(name, 0);
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10));
                Consumer<byte[], byte[]> reader = clients.reader("test", "earliest", 100)) {
            send(producer, name, "call", "old");

            // when
            long deadlineNs = System.nanoTime() + LIMIT_NS;
            while (reader.beginningOffsets(List.of(partition)).get(partition) == 0 && System.nanoTime() < deadlineNs) {
                send(producer, name, "call", "newer");
            }

            // then
            assertTrue(reader.beginningOffsets(List.of(partition)).get(partition) > 0, "the first record is still there");
        }
    }

    @Test
    void whatDiffersIsNamedWithItsRemedyAndCanBeAligned() throws Exception {
        // given
        TopicProvisioner provisioner = new TopicProvisioner(admin, PLAN);
        assertEquals(List.of(), provisioner.provision());
        String snapshots = Topics.CONVERSATION_SNAPSHOTS.name();
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, snapshots),
                        List.of(new AlterConfigOp(new ConfigEntry("max.compaction.lag.ms", "7"), AlterConfigOp.OpType.SET))))
                .all().get();

        // when
        List<Difference> differences = provisioner.compare();

        // then
        assertEquals(1, differences.size(), differences.toString());
        assertEquals(snapshots + " has max.compaction.lag.ms 7, expected 600000", differences.getFirst().toString());
        assertEquals(
                "kafka-configs.sh --bootstrap-server kafka:9092 --alter --entity-type topics --entity-name " + snapshots
                        + " --add-config max.compaction.lag.ms=600000",
                differences.getFirst().remedy("kafka:9092"));
        assertEquals(List.of(), provisioner.align());
        assertEquals(List.of(), provisioner.compare());
        List<Difference> partitions =
                new TopicProvisioner(admin, new TopicProvisioner.Plan(4, 3, 1, Duration.ofHours(1))).compare();
        assertTrue(partitions.getFirst().remedy("kafka:9092").contains("AGENT_STREAM_CALL_PARTITIONS=2"), partitions.toString());
        List<Difference> replicas =
                new TopicProvisioner(admin, new TopicProvisioner.Plan(2, 3, 3, Duration.ofHours(1))).compare();
        assertTrue(replicas.toString().contains("replicas 1, expected 3"), replicas.toString());
        assertTrue(replicas.toString().contains("run.events.v1 has min.insync.replicas 1, expected 2"), replicas.toString());
    }

    @Test
    void theFirstDeadLetterOfAProcessIsKeptThoughItsProducerNeverWaits() throws Exception {
        // given
        new TopicProvisioner(admin, PLAN).provision();
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ZERO);
                Metrics metrics = new Metrics("test")) {

            // when
            new DeadLetters(producer, metrics)
                    .put(new ConsumerRecord<>("call.media.v1", 3, 42, new byte[0], new byte[] {7}), "nonsense");
            producer.flush();
        }

        // then
        assertEquals(1, count(Topics.DEAD_LETTERS.name()));
    }

    private String create(String name, Set<Cleanup> cleanup, Duration retention) throws Exception {
        Topic<?> topic = new Topic<>(
                name, Topics.DEAD_LETTERS.type(), Topics.DEAD_LETTERS.codec(), "any", Topic.Partitions.FEW, cleanup, retention,
                "the test", "the test", "A topic of the table, with smaller figures.");
        admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.of((short) 1))
                        .configs(new HashMap<>(PLAN.settings(topic)))))
                .all().get();
        return name;
    }

    private static void send(Producer<byte[], byte[]> producer, String topic, String key, String value) throws Exception {
        producer.send(new ProducerRecord<>(
                        topic, key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    /// Records that a reader from the beginning finds.
    private long count(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Consumer<byte[], byte[]> reader = clients.reader("test", "earliest", 1_000)) {
            reader.assign(List.of(partition));
            long end = reader.endOffsets(List.of(partition)).get(partition);
            long count = 0;
            while (reader.position(partition) < end) {
                ConsumerRecords<byte[], byte[]> records = reader.poll(Duration.ofMillis(100));
                count += records.count();
            }
            return count;
        }
    }
}
