package io.agentstream.orchestrator.api;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;

/// Work that waits, in an order in which nobody waits for what others have in great numbers: each owner's in the order in which it
/// came, the owners in turn. Of one owner at most `ofOne` are under way at a time. Any thread.
final class FairQueue<T> {
    private final int ofOne;

    /// Whose turn it is next stands first.
    private final Map<Long, Queue<T>> waiting = new LinkedHashMap<>();

    private final Map<Long, Integer> underWay = new HashMap<>();

    FairQueue(int ofOne) {
        this.ofOne = ofOne;
    }

    /// A piece of work that has been taken.
    record Taken<T>(long owner, T work) {}

    synchronized void add(long owner, T work) {
        waiting.computeIfAbsent(owner, _ -> new ArrayDeque<>()).add(work);
        notifyAll();
    }

    /// Waits for work that may be begun. Whoever has done it says so by [#done].
    synchronized Taken<T> take() throws InterruptedException {
        while (true) {
            for (Map.Entry<Long, Queue<T>> entry : waiting.entrySet()) {
                long owner = entry.getKey();
                if (underWay.getOrDefault(owner, 0) < ofOne) {
                    return taken(owner, entry.getValue());
                }
            }
            wait();
        }
    }

    private Taken<T> taken(long owner, Queue<T> queue) {
        T work = queue.remove();
        waiting.remove(owner);
        if (!queue.isEmpty()) {
            waiting.put(owner, queue); // behind all others
        }
        underWay.merge(owner, 1, Integer::sum);
        return new Taken<>(owner, work);
    }

    synchronized void done(Taken<T> taken) {
        underWay.computeIfPresent(taken.owner(), (_, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }
}
