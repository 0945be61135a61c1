package io.agentstream.cli.doctor;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// The clocks of gateways and workers, by the times that they give what they write to Kafka while we listen: there is no other way to ask each of
/// them. Of whom nothing is written meanwhile, because no call talks, nothing is known.
///
/// @param listens for how long
record WritersCheck(Config config, Duration listens) implements Check {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /// A record may be on its way for so long.
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(2);

    private static final Map<Topic<?>, String> WRITERS = writers();

    private static Map<Topic<?>, String> writers() {
        Map<Topic<?>, String> writers = new LinkedHashMap<>();
        writers.put(Topics.CALL_LIFECYCLE, "gateway");
        writers.put(Topics.CONVERSATION_EVENTS, "worker");
        return writers;
    }

    @Override
    public String about() {
        return "clocks";
    }

    @Override
    public List<Finding> look() {
        if (config.find(Keys.KAFKA_BOOTSTRAP_SERVERS).isEmpty()) {
            return List.of();
        }
        try (Consumer<byte[], byte[]> consumer = new KafkaClients(config).reader("doctor", "latest", 500)) {
            return look(consumer);
        } catch (KafkaException notThere) { // what is wrong with Kafka another line says
            return List.of();
        }
    }

    /// @param consumer that has nothing to read yet
    List<Finding> look(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = WRITERS.keySet().stream()
                .flatMap(topic -> Stream.ofNullable(consumer.partitionsFor(topic.name(), ANSWER)).flatMap(List::stream))
                .map(each -> new TopicPartition(each.topic(), each.partition()))
                .toList();
        if (partitions.isEmpty()) {
            return List.of();
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(each -> consumer.position(each, ANSWER)); // from here on, and not from the first fetch on
        Map<String, Finding> found = new LinkedHashMap<>();
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < listens.toNanos()) {
            Instant before = Instant.now();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Finding finding = Clocks.compare(
                        "the clock of a " + writer(record.topic()) + " (partition " + record.partition() + " of " + record.topic() + ")",
                        Instant.ofEpochMilli(record.timestamp()), before, Instant.now(), ON_ITS_WAY);
                found.merge(record.topic(), finding, (first, next) -> first.isOk() ? next : first);
            }
        }
        List<Finding> findings = new ArrayList<>();
        WRITERS.forEach((topic, writer) -> findings.add(found.getOrDefault(
                topic.name(), Finding.ok(about(), "no " + writer + " wrote within " + listens.toSeconds() + " s: its clock is not known"))));
        return findings;
    }

    private static String writer(String topic) {
        return WRITERS.entrySet().stream().filter(each -> each.getKey().name().equals(topic)).findFirst().orElseThrow().getValue();
    }
}
