package io.agentstream.calllog;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// Looks one definition up on `agent.definitions.v1`, going through a partition of it: for who needs a text that was replaced meanwhile. Any
/// thread.
public final class KafkaDefinitions {

    private static final Duration POLL = Duration.ofMillis(250);

    /// How long a broker may bring nothing of what there is.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final KafkaClients clients;

    public KafkaDefinitions(KafkaClients clients) {
        this.clients = clients;
    }

    /// The definition of this key; null where it is not there (any more).
    ///
    /// @throws IOException where Kafka does not answer, in a sentence
    public @Nullable AgentDefinition find(String key) throws IOException {
        byte[] bytes = AgentDefinition.keyBytes(key);
        try (Consumer<byte[], byte[]> consumer = clients.readerOf("definition", bytes)) {
            int partitions = consumer.partitionsFor(Topics.AGENT_DEFINITIONS.name()).size();
            if (partitions == 0) {
                return null;
            }
            TopicPartition partition =
                    new TopicPartition(Topics.AGENT_DEFINITIONS.name(), Utils.toPositive(Utils.murmur2(bytes)) % partitions);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return find(consumer, partition);
        } catch (KafkaException failure) {
            throw new IOException("Kafka does not bring " + Topics.AGENT_DEFINITIONS.name() + ": " + Causes.of(failure), failure);
        }
    }

    /// One key has one text, however often it was written.
    private static @Nullable AgentDefinition find(Consumer<byte[], byte[]> consumer, TopicPartition partition) throws IOException {
        long end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
        long heardNs = System.nanoTime();
        while (consumer.position(partition) < end) {
            var records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> each : records) {
                if (each.value() != null
                        && Topics.AGENT_DEFINITIONS.codec().decode(each.value())
                                instanceof Decoded.Value<AgentDefinition>(AgentDefinition found)) {
                    return found;
                }
            }
            if (!records.isEmpty()) {
                heardNs = System.nanoTime();
            } else if (System.nanoTime() - heardNs > PATIENCE.toNanos()) {
                throw new IOException("Kafka brings nothing of " + partition.topic() + " any more");
            }
        }
        return null;
    }
}
