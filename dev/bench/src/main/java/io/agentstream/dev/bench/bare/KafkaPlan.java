package io.agentstream.dev.bench.bare;

import io.agentstream.runtime.KafkaClients;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/// How audio goes to Kafka and back in the bare comparison: topics, and the records of the real topics as to number and size.
///
/// @param bootstrapServers where Kafka is
/// @param lingerMs as `MEDIA_LINGER`
/// @param there topic of the records to the worker's side, keyed by call
/// @param back topic of the records back, all in partition 0
/// @param calls that send a frame each 20 ms
/// @param tickUs as the load generator's
public record KafkaPlan(String bootstrapServers, long lingerMs, String there, String back, int calls, int tickUs) {

    /// Bytes of a record of audio on `call.media.v1`.
    static final int THERE_BYTES = 1 + 16 + 8 + 8 + 8 + 2 + 160;
    /// Bytes of a record of audio on `socket.commands.v1`.
    static final int BACK_BYTES = 1 + 16 + 4 + 4 + 2 + 2 + 160;
    static final int AUDIO_BYTES = 160;
    static final int KEY_BYTES = 36;
    static final int MAX_POLL_RECORDS = 5_000;
    static final Duration POLL = Duration.ofMillis(100);
    private static final Duration METADATA_LIMIT = Duration.ofSeconds(30);
    private static final Duration METADATA_PAUSE = Duration.ofMillis(20);
    static final long FRAME_NS = 20_000_000;

    KafkaClients clients() {
        return new KafkaClients(bootstrapServers, Map.of(), Duration.ofMillis(lingerMs));
    }

    /// The media profile never waits, not even for the first metadata: so this asks until they are there.
    static void awaitMetadata(Producer<byte[], byte[]> producer, String topic) {
        long deadlineNs = System.nanoTime() + METADATA_LIMIT.toNanos();
        while (true) {
            try {
                producer.partitionsFor(topic);
                return;
            } catch (TimeoutException notYet) {
                if (System.nanoTime() > deadlineNs) {
                    throw notYet;
                }
                LockSupport.parkNanos(METADATA_PAUSE.toNanos());
            }
        }
    }
}
