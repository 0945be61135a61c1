package io.agentstream.worker.service.openai;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What is known by the names that a service gives, of the newest of them: a session may last an hour. One thread at a time.
///
/// @param <V> what is known
final class Newest<V> {

    private final int max;
    private final SequencedMap<String, V> known = new LinkedHashMap<>();

    Newest(int max) {
        this.max = max;
    }

    /// @return what is forgotten for it; null: nothing
    @Nullable V put(String name, V value) {
        known.put(name, value);
        return known.size() > max ? known.pollFirstEntry().getValue() : null;
    }

    @Nullable V get(String name) {
        return known.get(name);
    }

    @Nullable V remove(String name) {
        return known.remove(name);
    }

    Collection<V> all() {
        return List.copyOf(known.values());
    }

    void clear() {
        known.clear();
    }
}
