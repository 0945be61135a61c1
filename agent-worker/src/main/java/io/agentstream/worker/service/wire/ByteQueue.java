package io.agentstream.worker.service.wire;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A queue with a bound in bytes. An item that is larger than the bound goes in where the queue is empty, so that nothing waits for
/// ever. Any thread.
///
/// @param <T> what waits in it
public final class ByteQueue<T> {

    private record Item<T>(T value, int bytes) {}

    private final int maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item<T>> items = new ArrayDeque<>();
    private int bytes;
    private boolean closed;

    public ByteQueue(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /// @return false where there is no room, or it is closed
    public boolean offer(T value, int size) {
        lock.lock();
        try {
            return !closed && fits(size) && add(value, size);
        } finally {
            lock.unlock();
        }
    }

    /// Makes room by dropping the oldest.
    ///
    /// @return how many bytes were dropped
    public int push(T value, int size) {
        lock.lock();
        try {
            int before = bytes;
            while (!fits(size)) {
                bytes -= items.removeFirst().bytes();
            }
            int dropped = before - bytes;
            if (!closed) {
                add(value, size);
            }
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /// Lets it in whether there is room or not: for the one item that ends the queue.
    void offerLast(T value) {
        lock.lock();
        try {
            if (!closed) {
                add(value, 0);
                closed = true;
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until it is closed, or the time is over.
    void awaitClosed(long limitMs) throws InterruptedException {
        long leftNs = TimeUnit.MILLISECONDS.toNanos(limitMs);
        lock.lockInterruptibly();
        try {
            while (!closed && leftNs > 0) {
                leftNs = changed.awaitNanos(leftNs);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits for room.
    ///
    /// @return false where it is closed
    boolean put(T value, int size) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && !fits(size)) {
                changed.await();
            }
            return !closed && add(value, size);
        } finally {
            lock.unlock();
        }
    }

    private boolean fits(int size) {
        return items.isEmpty() || bytes + size <= maxBytes;
    }

    private boolean add(T value, int size) {
        items.addLast(new Item<>(value, size));
        bytes += size;
        changed.signalAll();
        return true;
    }

    /// The oldest; null where none came within the time, or `stop` became true and [#wake] was called, or it is closed and empty.
    public @Nullable T poll(long limitMs, BooleanSupplier stop) throws InterruptedException {
        long leftNs = TimeUnit.MILLISECONDS.toNanos(limitMs);
        lock.lockInterruptibly();
        try {
            while (!stop.getAsBoolean() && items.isEmpty() && !closed && leftNs > 0) {
                leftNs = changed.awaitNanos(leftNs);
            }
            if (stop.getAsBoolean() || items.isEmpty()) {
                return null;
            }
            Item<T> oldest = items.removeFirst();
            bytes -= oldest.bytes();
            changed.signalAll();
            return oldest.value();
        } finally {
            lock.unlock();
        }
    }

    @Nullable T poll(long limitMs) throws InterruptedException {
        return poll(limitMs, () -> false);
    }

    /// Waits until there is something.
    ///
    /// @return false where it is closed
    boolean awaitItem() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && items.isEmpty()) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /// Lets those who wait look at their `stop`.
    public void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes nothing in any more; what is in it can still be taken out.
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
