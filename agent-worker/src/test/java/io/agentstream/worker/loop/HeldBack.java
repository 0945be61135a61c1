package io.agentstream.worker.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/// What a loop has asked for and does not wait for: it is done when a test says so. Confined to the test's thread.
final class HeldBack implements Executor {

    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    int size() {
        return tasks.size();
    }

    /// Does the oldest, which has to be there.
    void doOne() {
        tasks.remove().run();
    }

    /// Does all, and what comes of it.
    void doAll() {
        while (!tasks.isEmpty()) {
            doOne();
        }
    }
}
