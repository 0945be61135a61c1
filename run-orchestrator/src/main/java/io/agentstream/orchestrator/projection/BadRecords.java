package io.agentstream.orchestrator.projection;

import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/// Puts records that cannot be read aside, in the same transaction as the work around them, and goes on. Made by Kafka Streams.
public final class BadRecords implements DeserializationExceptionHandler {

    @Override
    public Response handleError(ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> bad, Exception why) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(Topics.DEAD_LETTERS.name(), null, bad.key(), bad.value());
        letter.headers()
                .add("topic", utf8(bad.topic()))
                .add("partition", utf8(Integer.toString(bad.partition())))
                .add("offset", utf8(Long.toString(bad.offset())))
                .add("reason", utf8(why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage()));
        return Response.resume(List.of(letter));
    }

    @Override
    public void configure(Map<String, ?> configuration) {}

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
