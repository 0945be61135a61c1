package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.orchestrator.erase.KeyTopic;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/// What a real broker deletes of the keys of calls, and what it may not.
final class KeyTopicTest {

    private static CallId call(int n) {
        return CallId.of(1_000_000_000L, 7, n);
    }

    private static void write(Producer<byte[], byte[]> producer, int call, boolean over) throws Exception {
        byte[] value = over
                ? null
                : Topics.CALL_KEYS.codec().encode(new CallKeys(call(call), Instant.now(), "media", "words"));
        producer.send(new ProducerRecord<>(Topics.CALL_KEYS.name(), 0, call(call).toKey(), value)).get();
    }

    private static Set<CallId> there(EmbeddedKafka kafka) throws Exception {
        Set<CallId> there = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> each : TopicReader.read(kafka.bootstrapServers(), Topics.CALL_KEYS)) {
            if (each.value() != null) {
                there.add(CallId.fromKey(each.key()).orElseThrow());
            }
        }
        return there;
    }

    private static boolean saidOver(EmbeddedKafka kafka, int call) throws Exception {
        return TopicReader.read(kafka.bootstrapServers(), Topics.CALL_KEYS).stream()
                .anyMatch(each -> each.value() == null && CallId.fromKey(each.key()).orElseThrow().equals(call(call)));
    }

    @Test
    void keysGoAndThoseBeforeThemWhenTheirCallsAreOver() throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "keys-");
        try (Afterwards _ = Afterwards.delete(directory);
                EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
            KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO);
            try (Admin admin = clients.admin("test");
                    Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
                admin.createTopics(List.of(new NewTopic(Topics.CALL_KEYS.name(), 2, (short) 1))).all().get();
                Set<CallId> closed = new HashSet<>();
                KeyTopic topic = new KeyTopic(
                        () -> clients.reader("test-keys", "earliest", 500), admin,
                        asked -> {
                            Set<CallId> over = new HashSet<>(asked);
                            over.retainAll(closed);
                            return over;
                        },
                        call -> producer.send(new ProducerRecord<>(Topics.CALL_KEYS.name(), call.toKey(), null)));

                // given the keys of four calls, of which the first is up and the third is to be erased
                for (int n = 1; n <= 4; n++) {
                    write(producer, n, false);
                }
                write(producer, 2, true);
                write(producer, 3, true);

                // when
                Set<CallId> whileItIsUp = topic.destroy(Set.of(call(3)));
                Set<CallId> before = there(kafka);
                write(producer, 1, true);
                Set<CallId> whenItIsOver = topic.destroy(Set.of(call(3)));

                // then
                assertEquals(Set.of(call(3)), whileItIsUp);
                assertEquals(Set.of(call(1), call(2), call(3), call(4)), before);
                assertEquals(Set.of(), whenItIsOver);
                assertEquals(Set.of(call(4)), there(kafka));
                assertEquals(Set.of(), topic.destroy(Set.of(call(3))), "once more");

                // and a call whose gateway was killed, and could say nothing, is not waited for once its run is closed
                write(producer, 5, false);
                assertEquals(Set.of(call(5)), topic.destroy(Set.of(call(5))));
                assertTrue(saidOver(kafka, 5), "nobody who follows the topic goes on knowing its keys");
                closed.add(call(4));
                assertEquals(Set.of(), topic.destroy(Set.of(call(5))));
                assertEquals(Set.of(), there(kafka));
            }
        }
    }
}
