package io.agentstream.dev.e2e;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/// Reads `call.lifecycle.v1` from its beginning, as an analyst would.
final class Lifecycle implements AutoCloseable {

    private final Consumer<byte[], byte[]> consumer;
    private final List<CallEvent> seen = new ArrayList<>();

    Lifecycle(DemoFile demo) {
        consumer = new KafkaClients(demo.kafkaBootstrapServers(), Map.of(), Duration.ZERO).reader("test", "earliest", 1_000);
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.CALL_LIFECYCLE.name()).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /// All events so far of the call whose URL gave this id.
    List<CallEvent> of(String externalCallId) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
            switch (Topics.CALL_LIFECYCLE.codec().decode(record.value())) {
                case Decoded.Value<CallEvent>(CallEvent event) -> seen.add(event);
                case Decoded.Unknown<CallEvent>(var what) -> {} // of a newer writer, which NewerProcessTest plays on this system
                case Decoded.Malformed<CallEvent>(String reason) -> throw new AssertionError(reason);
            }
        }
        return seen.stream()
                .filter(CallEvent.Offered.class::isInstance)
                .map(CallEvent.Offered.class::cast)
                .filter(offered -> externalCallId.equals(offered.externalCallId()))
                .findFirst()
                .map(offered -> seen.stream().filter(e -> e.callId().equals(offered.callId())).toList())
                .orElse(List.of());
    }

    CallEvent.Ended awaitEnded(String externalCallId) throws Exception {
        return Wait.until("ended of " + externalCallId, () -> of(externalCallId).stream()
                .filter(CallEvent.Ended.class::isInstance)
                .map(CallEvent.Ended.class::cast)
                .findFirst());
    }

    Optional<CallEvent.Started> started(String externalCallId) {
        return of(externalCallId).stream()
                .filter(CallEvent.Started.class::isInstance)
                .map(CallEvent.Started.class::cast)
                .findFirst();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
