package io.agentstream.runtime;

import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts records that cannot be read aside for people, so that the loop that met them can go on. Any thread.
public final class DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final Producer<byte[], byte[]> producer;
    private final Metrics metrics;

    /// @param producer of the events profile; stays its giver's to close
    public DeadLetters(Producer<byte[], byte[]> producer, Metrics metrics) {
        this.producer = producer;
        this.metrics = metrics;
    }

    /// @param reason what is wrong; quotes nothing of the record
    public void put(ConsumerRecord<byte[], byte[]> bad, String reason) {
        metrics.counter("agent_stream_dead_letters", "topic", bad.topic()).increment();
        log.atWarn()
                .addKeyValue("topic", bad.topic())
                .addKeyValue("partition", bad.partition())
                .addKeyValue("offset", bad.offset())
                .addKeyValue("reason", reason)
                .log("record put aside");
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(Topics.DEAD_LETTERS.name(), null, bad.key(), bad.value());
        letter.headers()
                .add("topic", utf8(bad.topic()))
                .add("partition", utf8(Integer.toString(bad.partition())))
                .add("offset", utf8(Long.toString(bad.offset())))
                .add("reason", utf8(reason));
        producer.send(letter, (metadata, failure) -> {
            if (failure != null) {
                log.atError()
                        .addKeyValue("topic", bad.topic())
                        .addKeyValue("partition", bad.partition())
                        .addKeyValue("offset", bad.offset())
                        .addKeyValue("failure", failure.getClass().getSimpleName())
                        .log("record could not be put aside");
            }
        });
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
