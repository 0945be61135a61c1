package io.agentstream.runtime;

import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What becomes of records that a loop cannot use, so that it can go on: what cannot be read is put aside for people, what only a
/// newer version knows is passed over and counted. Any thread.
public final class DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    /// How long the first letter may wait until the producer knows where the topic is: the producers of loops do not wait by
    /// themselves, and what they are given before they know is lost.
    private static final long KNOWN_WITHIN_MS = 2_000;

    private static final long ASK_AGAIN_MS = 5;

    private final Producer<byte[], byte[]> producer;
    private final Metrics metrics;
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private volatile boolean known;

    /// Asks Kafka where letters go, and does not wait for the answer.
    ///
    /// @param producer of the events profile; stays its giver's to close
    public DeadLetters(Producer<byte[], byte[]> producer, Metrics metrics) {
        this.producer = producer;
        this.metrics = metrics;
        Thread.ofVirtual().name("dead-letters").start(this::ask);
    }

    /// Waits two seconds at most, and only while Kafka has never said where the topic is.
    ///
    /// @param reason what is wrong; quotes nothing of the record
    public void put(ConsumerRecord<byte[], byte[]> bad, String reason) {
        said(bad, reason);
        awaitTopic();
        send(bad, letter(bad, bad.value(), reason), failure -> {
            if (KafkaTrouble.of(failure) == KafkaTrouble.TOO_LARGE) {
                send(bad, letter(bad, null, reason + "; too long to be put aside itself"), last -> lost(bad, last));
            } else {
                lost(bad, failure);
            }
        });
    }

    private void said(ConsumerRecord<byte[], byte[]> bad, String reason) {
        metrics.counter("agent_stream_dead_letters", "topic", bad.topic()).increment();
        log.atWarn()
                .addKeyValue("topic", bad.topic())
                .addKeyValue("partition", bad.partition())
                .addKeyValue("offset", bad.offset())
                .addKeyValue("reason", reason)
                .log("record put aside");
    }

    /// As [#put], of a record that is to be nowhere else: the letter says where it was and what is wrong.
    public void putWithoutItself(ConsumerRecord<byte[], byte[]> bad, String reason) {
        said(bad, reason);
        awaitTopic();
        send(bad, letter(bad, null, reason + "; it is not put aside itself"), failure -> lost(bad, failure));
    }

    private static ProducerRecord<byte[], byte[]> letter(
            ConsumerRecord<byte[], byte[]> bad, byte @Nullable [] value, String reason) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(Topics.DEAD_LETTERS.name(), null, bad.key(), value);
        letter.headers()
                .add("topic", utf8(bad.topic()))
                .add("partition", utf8(Integer.toString(bad.partition())))
                .add("offset", utf8(Long.toString(bad.offset())))
                .add("reason", utf8(reason));
        return letter;
    }

    private void send(
            ConsumerRecord<byte[], byte[]> bad, ProducerRecord<byte[], byte[]> letter, Consumer<Exception> onFailure) {
        try {
            producer.send(letter, (metadata, failure) -> {
                if (failure != null) {
                    onFailure.accept(failure);
                }
            });
        } catch (KafkaException | IllegalStateException failure) { // the latter where the producer is closed
            lost(bad, failure);
        }
    }

    private static void lost(ConsumerRecord<byte[], byte[]> bad, Exception failure) {
        log.atError()
                .addKeyValue("topic", bad.topic())
                .addKeyValue("partition", bad.partition())
                .addKeyValue("offset", bad.offset())
                .addKeyValue("failure", Causes.of(failure))
                .log("record could not be put aside");
    }

    private void awaitTopic() {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KNOWN_WITHIN_MS);
        while (!known && !ask() && System.nanoTime() < deadlineNs && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ASK_AGAIN_MS));
        }
        known = true; // a letter that cannot be written for longer is said to be lost, and no other one waits for Kafka here
    }

    private boolean ask() {
        try {
            producer.partitionsFor(Topics.DEAD_LETTERS.name());
            known = true;
            return true;
        } catch (KafkaException | IllegalStateException notYet) {
            return false;
        }
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
