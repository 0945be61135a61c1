package io.agentstream.dev.e2e;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import tools.jackson.databind.node.ObjectNode;

/// Makes a process one of the next version: each record that it writes has a field that this version does not know. Set as
/// `interceptor.classes` of all of its Kafka clients; of what is read nothing is changed.
public final class NewerWriter implements ProducerInterceptor<byte[], byte[]>, ConsumerInterceptor<byte[], byte[]> {

    /// The variable that makes a process newer.
    static final String VARIABLE = "AGENT_STREAM_KAFKA_INTERCEPTOR_CLASSES";

    private static final byte[] ADDED_FIELD = {1, 0, 2, 7, 8};

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(
                record.topic(), record.partition(), record.timestamp(), record.key(), newer(record.topic(), record.value()),
                record.headers());
    }

    private static byte[] newer(String topic, byte[] value) {
        if (value == null) {
            return value;
        }
        if (topic.equals(Topics.CALL_MEDIA.name())) {
            return isAudio(Topics.CALL_MEDIA, value) ? value : withField(value);
        }
        if (topic.equals(Topics.SOCKET_COMMANDS.name())) {
            return isAudio(Topics.SOCKET_COMMANDS, value) ? value : withField(value);
        }
        return Topics.ALL.stream().anyMatch(known -> known.name().equals(topic)) && value.length > 0 && value[0] == '{'
                ? Json.MAPPER.writeValueAsBytes(((ObjectNode) Json.MAPPER.readTree(value)).put("added", 7))
                : value;
    }

    /// Audio is the end of its record.
    private static boolean isAudio(Topic<?> topic, byte[] value) {
        return topic.codec().decode(value) instanceof Decoded.Value<?>(Object known)
                && (known instanceof MediaFrame.Audio || known instanceof SocketCommand.Play);
    }

    private static byte[] withField(byte[] known) {
        return ByteBuffer.allocate(known.length + ADDED_FIELD.length).put(known).put(ADDED_FIELD).array();
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void configure(Map<String, ?> settings) {}

    @Override
    public void close() {}
}
