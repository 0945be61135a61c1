package io.agentstream.worker.definitions;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The definitions that were used last, up to so many bytes of their text. Any thread.
final class DefinitionCache {

    private record Kept(JsonNode definition, int bytes) {}

    private final long mostBytes;
    private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    DefinitionCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    synchronized Optional<JsonNode> find(String key) {
        Kept found = kept.get(key);
        return found == null ? Optional.empty() : Optional.of(found.definition());
    }

    /// The newest one is kept whatever its size.
    synchronized void put(String key, JsonNode definition, int textBytes) {
        Kept before = kept.put(key, new Kept(definition, textBytes));
        bytes += textBytes - (before == null ? 0 : before.bytes());
        Iterator<Kept> eldest = kept.values().iterator();
        while (bytes > mostBytes && kept.size() > 1) {
            bytes -= eldest.next().bytes();
            eldest.remove();
        }
    }
}
