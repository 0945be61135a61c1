package io.agentstream.worker.definitions;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where each definition stands in its topic. Bounded: of more, the one that was not asked for the longest is forgotten. Any thread.
public final class DefinitionPlaces {

    /// About 150 bytes each.
    public static final int CAPACITY = 500_000;

    private final int capacity;
    private final Map<String, Place> places = new LinkedHashMap<>(16, 0.75f, true);

    record Place(int partition, long offset) {}

    DefinitionPlaces(int capacity) {
        this.capacity = capacity;
    }

    synchronized @Nullable Place find(String key) {
        return places.get(key);
    }

    /// False where another one had to go for it.
    synchronized boolean put(String key, Place place) {
        places.put(key, place);
        if (places.size() <= capacity) {
            return true;
        }
        places.remove(places.keySet().iterator().next());
        return false;
    }

    synchronized void remove(String key) {
        places.remove(key);
    }
}
