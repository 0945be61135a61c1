package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.measure.LatencyMs;
import io.agentstream.dev.bench.report.Point;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Reads from the log when calls were accepted (`at` of `offered`) and running (`at` of `running`).
/// Blocks; one thread.
public final class SetupLog implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MAX_POLL_RECORDS = 5_000;

    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private Map<TopicPartition, Long> from = Map.of();

    /// Counts nothing before [#mark()].
    public SetupLog(KafkaClients clients) {
        consumer = clients.reader("bench-setup", "earliest", MAX_POLL_RECORDS);
        partitions = List.of(Topics.CALL_LIFECYCLE, Topics.RUN_EVENTS).stream()
                .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    /// From now on calls count, and not those before.
    public void mark() {
        from = consumer.endOffsets(partitions);
    }

    /// Of the calls since the mark that are running by now; 0 where there is none.
    public Point.SetupMs read() {
        Histogram us = LatencyMs.newHistogramUs();
        calls().values().forEach(call -> {
            if (call.accepted != null && call.running != null) {
                LatencyMs.recordNs(us, Duration.between(call.accepted, call.running).toNanos());
            }
        });
        LatencyMs setup = LatencyMs.of(us);
        return new Point.SetupMs(setup.p50(), setup.p99());
    }

    /// When the calls since the mark were running, by the provider's name for their session.
    public Map<String, Instant> running() {
        Map<String, Instant> running = new HashMap<>();
        calls().values().forEach(call -> {
            if (call.session != null && call.running != null) {
                running.put(call.session, call.running);
            }
        });
        return running;
    }

    /// What the log says of a call.
    private static final class Told {
        private @Nullable Instant accepted;
        private @Nullable Instant running;
        private @Nullable String session;
    }

    private Map<CallId, Told> calls() {
        Map<TopicPartition, Long> to = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        from.forEach(consumer::seek);
        Map<CallId, Told> calls = new HashMap<>();
        while (to.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (value(Topics.CALL_LIFECYCLE, record) instanceof CallEvent.Offered offered) {
                    told(calls, offered.callId()).accepted = offered.at();
                } else if (value(Topics.CALL_LIFECYCLE, record) instanceof CallEvent.Started started) {
                    told(calls, started.callId()).session = started.session();
                } else if (value(Topics.RUN_EVENTS, record) instanceof RunEvent.Running now) {
                    told(calls, now.callId()).running = now.at();
                }
            }
        }
        consumer.unsubscribe();
        return calls;
    }

    private static Told told(Map<CallId, Told> calls, CallId of) {
        return calls.computeIfAbsent(of, _ -> new Told());
    }

    private static Object value(Topic<?> topic, ConsumerRecord<byte[], byte[]> record) {
        return record.topic().equals(topic.name())
                        && topic.codec().decode(record.value()) instanceof Codec.Decoded.Value<?>(var value)
                ? value
                : "";
    }

    @Override
    public void close() {
        consumer.close();
    }
}
