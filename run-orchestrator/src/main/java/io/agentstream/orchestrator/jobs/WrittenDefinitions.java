package io.agentstream.orchestrator.jobs;

import java.util.LinkedHashMap;
import java.util.Map;

/// The definitions that this process has written to `agent.definitions.v1`, by key: those used last, so that each is written about
/// once. Writing one again is harmless. Any thread.
final class WrittenDefinitions {

    private static final int CAPACITY = 10_000;

    private final Map<String, Boolean> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > CAPACITY;
        }
    };

    synchronized boolean contains(String key) {
        return keys.get(key) != null;
    }

    synchronized void add(String key) {
        keys.put(key, Boolean.TRUE);
    }
}
