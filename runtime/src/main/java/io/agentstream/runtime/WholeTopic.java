package io.agentstream.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// A topic that is read from its beginning, all partitions of it. One thread; throws what Kafka's consumer throws.
public final class WholeTopic implements AutoCloseable {

    private final Consumer<byte[], byte[]> reader;
    private final Map<TopicPartition, Long> ends;

    private WholeTopic(Consumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends) {
        this.reader = reader;
        this.ends = ends;
    }

    /// @param readers makes a reader that is told where it begins, and is closed with this
    /// @throws UnknownTopicOrPartitionException where there is no such topic
    public static WholeTopic open(Supplier<Consumer<byte[], byte[]>> readers, String topic) {
        Consumer<byte[], byte[]> reader = readers.get();
        try {
            List<TopicPartition> all = reader.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            if (all.isEmpty()) { // a reader of nothing may not be polled
                throw new UnknownTopicOrPartitionException("there is no topic " + topic);
            }
            reader.assign(all);
            reader.seekToBeginning(all);
            return new WholeTopic(reader, reader.endOffsets(all));
        } catch (RuntimeException notYet) {
            reader.close();
            throw notYet;
        }
    }

    public ConsumerRecords<byte[], byte[]> poll(Duration limit) {
        return reader.poll(limit);
    }

    /// Whether everything was read that was there when it was opened.
    public boolean isReadToItsEnd() {
        return ends.entrySet().stream().allMatch(end -> reader.position(end.getKey()) >= end.getValue());
    }

    @Override
    public void close() {
        reader.close();
    }
}
