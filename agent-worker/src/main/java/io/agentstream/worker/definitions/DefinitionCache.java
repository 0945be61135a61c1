package io.agentstream.worker.definitions;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// The definitions that were used last, up to so many bytes. They are kept as they were read and not as trees: what a tree weighs is
/// up to whoever wrote the text, and may be many times its length. Any thread.
final class DefinitionCache {

    /// What a record weighs beside its value.
    static final int BYTES_PER_RECORD = 300;

    private final long mostBytes;
    private final Map<String, ConsumerRecord<byte[], byte[]>> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    DefinitionCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    synchronized @Nullable ConsumerRecord<byte[], byte[]> find(String key) {
        return kept.get(key);
    }

    /// The newest one is kept whatever its size.
    synchronized void put(String key, ConsumerRecord<byte[], byte[]> definition) {
        bytes += bytes(definition) - bytes(kept.put(key, definition));
        Iterator<ConsumerRecord<byte[], byte[]>> eldest = kept.values().iterator();
        while (bytes > mostBytes && kept.size() > 1) {
            bytes -= bytes(eldest.next());
            eldest.remove();
        }
    }

    synchronized void remove(String key) {
        bytes -= bytes(kept.remove(key));
    }

    private static long bytes(@Nullable ConsumerRecord<byte[], byte[]> of) {
        return of == null ? 0 : BYTES_PER_RECORD + of.value().length;
    }
}
