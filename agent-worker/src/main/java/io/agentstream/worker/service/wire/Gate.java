package io.agentstream.worker.service.wire;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The only way from an adapter to a listener, and the place that keeps the promise of the package: when [#shut] has returned, the
/// listener is not called any more. It holds a lock while it calls; the listener may shut the gate from within. Any thread.
///
/// @param <E> what the listener is told
public final class Gate<E> {

    private final Consumer<E> listener;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean open = true;

    public Gate(Consumer<E> listener) {
        this.listener = listener;
    }

    /// @return whether it was told
    public boolean tell(E event) {
        lock.lock();
        try {
            if (open) {
                listener.accept(event);
            }
            return open;
        } finally {
            lock.unlock();
        }
    }

    /// Runs what tells several events, or decides what to tell, with nobody in between.
    public void within(Runnable task) {
        lock.lock();
        try {
            if (open) {
                task.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tells the last event, once: nothing is told behind it.
    public boolean tellLast(E event) {
        lock.lock();
        try {
            boolean was = open;
            open = false;
            if (was) {
                listener.accept(event);
            }
            return was;
        } finally {
            lock.unlock();
        }
    }

    /// @return whether it was open
    public boolean shut() {
        lock.lock();
        try {
            boolean was = open;
            open = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    public boolean isOpen() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }
}
