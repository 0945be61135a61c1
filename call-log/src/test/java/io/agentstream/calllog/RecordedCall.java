package io.agentstream.calllog;

import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A call's records in memory.
public final class RecordedCall implements CallSource {

    /// Milliseconds since 1970 that times are counted from.
    public static final long START_MS = 1_800_000_000_000L;

    private final Map<Topic<?>, List<LogRecord>> records = new HashMap<>();
    private final Set<Topic<?>> deleted = new HashSet<>();

    /// @param atMs when it was written, in milliseconds since [#START_MS]
    public <V> void add(Topic<V> topic, long atMs, V value) {
        addBytes(topic, atMs, topic.codec().encode(value));
    }

    public void addBytes(Topic<?> topic, long atMs, byte[] value) {
        List<LogRecord> all = records.computeIfAbsent(topic, any -> new ArrayList<>());
        all.add(new LogRecord(topic, 0, all.size(), START_MS + atMs, Slice.of(value)));
    }

    public void deleted(Topic<?> topic) {
        deleted.add(topic);
    }

    @Override
    public Records open(Topic<?> topic) {
        Iterator<LogRecord> all = records.getOrDefault(topic, List.of()).iterator();
        return new Records() {
            @Override
            public @Nullable LogRecord next() {
                return all.hasNext() ? all.next() : null;
            }

            @Override
            public Optional<String> deleted() {
                return deleted.contains(topic) ? Optional.of("older records were deleted") : Optional.empty();
            }

            @Override
            public void close() {
                // it holds nothing
            }
        };
    }
}
