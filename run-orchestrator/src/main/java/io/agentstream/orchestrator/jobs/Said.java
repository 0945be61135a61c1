package io.agentstream.orchestrator.jobs;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Rows of the outbox that are done with here and still stand in the database: they are deleted many at a time, so that no call waits
/// for it. As many as there were decisions since the last time. Any thread.
public final class Said {

    private final Set<Long> said = ConcurrentHashMap.newKeySet();
    private final Map<Long, String> never = new ConcurrentHashMap<>();

    void add(Collection<Long> rows) {
        said.addAll(rows);
    }

    /// Nobody will ever be able to say these.
    void never(Collection<Long> rows, String why) {
        rows.forEach(row -> never.put(row, why));
    }

    boolean knows(long row) {
        return said.contains(row);
    }

    boolean knows(Collection<Long> rows) {
        return said.containsAll(rows);
    }

    List<Long> batch(int most) {
        return said.stream().limit(most).toList();
    }

    Map<Long, String> given() {
        return new HashMap<>(never);
    }

    void forget(Collection<Long> rows) {
        said.removeAll(rows);
        never.keySet().removeAll(rows);
    }
}
