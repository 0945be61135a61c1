package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The same records for each run, in memory.
final class RecordedLogs implements CallLogs {

    final Map<Topic<?>, List<byte[]>> records = new HashMap<>();
    /// Of topics of which older records are deleted, the offset of the first that is left.
    final Map<Topic<?>, Integer> cut = new HashMap<>();
    final AtomicInteger open = new AtomicInteger();
    volatile boolean away;
    volatile boolean deleted;
    volatile @Nullable SealKey key;

    <V> void add(Topic<V> topic, V value) {
        records.computeIfAbsent(topic, any -> new ArrayList<>()).add(topic.codec().encode(value));
    }

    /// Deletes the oldest records of a topic that are left.
    void delete(Topic<?> topic, int count) {
        records.getOrDefault(topic, List.of()).subList(0, count).clear();
        cut.merge(topic, count, Integer::sum);
    }

    @Override
    public CallSource of(Located run) {
        return topic -> {
            if (away) {
                throw new IOException("Kafka does not bring " + topic.name());
            }
            open.incrementAndGet();
            int[] offset = {cut.getOrDefault(topic, 0)};
            Iterator<byte[]> each = records.getOrDefault(topic, List.of()).iterator();
            return new CallSource.Records() {
                @Override
                public @Nullable LogRecord next() {
                    return each.hasNext() ? new LogRecord(topic, 0, offset[0]++, 0, Slice.of(each.next())) : null;
                }

                @Override
                public Optional<String> deleted() {
                    return deleted || cut.containsKey(topic) ? Optional.of("older records were deleted") : Optional.empty();
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                }
            };
        };
    }

    @Override
    public Optional<CallSecrets> secrets(Located run) {
        return Optional.ofNullable(key).map(media -> new CallSecrets(media, null));
    }
}
