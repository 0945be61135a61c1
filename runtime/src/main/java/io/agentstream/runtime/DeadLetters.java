package io.agentstream.runtime;

import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What becomes of records that a loop cannot use, so that it can go on: what cannot be read is put aside for people, what only a
/// newer version knows is passed over and counted. Any thread.
public final class DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final Producer<byte[], byte[]> producer;
    private final Metrics metrics;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

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

    /// A record of a newer writer. Said once for each topic, and counted always: while versions change there may be many.
    ///
    /// @param what is unknown; quotes nothing of the record
    public void passOver(ConsumerRecord<byte[], byte[]> unknown, String what) {
        metrics.counter("agent_stream_records_passed_over", "topic", unknown.topic()).increment();
        if (said.add(unknown.topic())) {
            log.atWarn()
                    .addKeyValue("topic", unknown.topic())
                    .addKeyValue("partition", unknown.partition())
                    .addKeyValue("offset", unknown.offset())
                    .addKeyValue("what", what)
                    .log("record of a newer version passed over; further ones of this topic are only counted");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
