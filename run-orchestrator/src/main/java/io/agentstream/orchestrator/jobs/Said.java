package io.agentstream.orchestrator.jobs;

import io.agentstream.schemas.Place;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Rows of the outbox that are done with here and still stand in the database: they are deleted many at a time, so that no call waits
/// for it. As many as there were decisions since the last time. Any thread.
public final class Said {

    private final Set<Long> said = ConcurrentHashMap.newKeySet();
    /// Where the events were written that a row ordered.
    private final Map<Long, Place> places = new ConcurrentHashMap<>();
    private final Map<Long, String> never = new ConcurrentHashMap<>();

    void add(Collection<Long> rows) {
        add(rows, null);
    }

    /// @param place where the events of the first row, and of the others with it, were written; null where nothing was
    void add(Collection<Long> rows, @Nullable Place place) {
        if (place != null) {
            rows.forEach(row -> places.put(row, place));
        }
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

    Map<Long, Place> places(Collection<Long> rows) {
        Map<Long, Place> known = new HashMap<>();
        for (Long row : rows) {
            Place place = places.get(row);
            if (place != null) {
                known.put(row, place);
            }
        }
        return known;
    }

    Map<Long, String> given() {
        return new HashMap<>(never);
    }

    void forget(Collection<Long> rows) {
        rows.forEach(said::remove);
        rows.forEach(places::remove);
        never.keySet().removeAll(rows);
    }
}
