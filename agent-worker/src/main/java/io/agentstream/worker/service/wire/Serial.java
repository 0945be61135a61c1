package io.agentstream.worker.service.wire;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs tasks one at a time and in order, on the threads of those who bring them, without a lock: who comes while one runs leaves his
/// task to whoever runs it. So a service that tells something and somebody who wants something of it never wait for each other. Any thread.
public final class Serial {

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /// May return before the task was run.
    public void run(Runnable task) {
        tasks.add(task);
        if (waiting.getAndIncrement() != 0) {
            return;
        }
        RuntimeException failure = null;
        do {
            try {
                Runnable next = tasks.poll();
                if (next != null) {
                    next.run();
                }
            } catch (RuntimeException wrong) { // the others are somebody else's
                failure = wrong;
            }
        } while (waiting.decrementAndGet() != 0);
        if (failure != null) {
            throw failure;
        }
    }
}
