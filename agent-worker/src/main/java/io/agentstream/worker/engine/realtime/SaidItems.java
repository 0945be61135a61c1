package io.agentstream.worker.engine.realtime;

import io.agentstream.audio.MuLaw;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// What the service calls the parts of what it has said in the newest turn, and how long each is. Any thread.
final class SaidItems {

    private final ReentrantLock lock = new ReentrantLock();
    /// Bytes of the items, in order.
    private final Map<String, Long> bytes = new LinkedHashMap<>();
    private int turn;

    /// @param heardMs how much of it was heard
    record Cut(String item, long heardMs) {}

    /// @param item empty for sounds that are no service's
    void add(int of, String item, int more) {
        lock.lock();
        try {
            if (of != turn) {
                bytes.clear();
                turn = of;
            }
            bytes.merge(item, (long) more, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    /// The items that were not heard to their end, where so much of a turn was heard.
    List<Cut> cut(int of, long heardMs) {
        List<Cut> cuts = new ArrayList<>();
        lock.lock();
        try {
            long leftMs = heardMs;
            for (Map.Entry<String, Long> each : (of == turn ? bytes : Map.<String, Long>of()).entrySet()) {
                long ms = each.getValue() / MuLaw.BYTES_PER_MS;
                if (leftMs < ms && !each.getKey().isEmpty()) {
                    cuts.add(new Cut(each.getKey(), Math.max(0, leftMs)));
                }
                leftMs -= ms;
            }
        } finally {
            lock.unlock();
        }
        return cuts;
    }
}
