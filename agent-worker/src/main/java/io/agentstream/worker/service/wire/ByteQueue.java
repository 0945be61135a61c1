package io.agentstream.worker.service.wire;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A queue with a bound in bytes. A small item counts as [#ITEM_BYTES], which is about what keeping it takes; one that is larger than the
/// bound goes in where the queue is empty, so that nothing waits for ever. Any thread.
///
/// @param <T> what waits in it
public final class ByteQueue<T> {

    /// Least that an item counts as. Less than a frame of telephone audio.
    static final int ITEM_BYTES = 64;

    private record Item<T>(T value, int bytes) {
        int cost() {
            return Math.max(bytes, ITEM_BYTES);
        }
    }

    private final int maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item<T>> items = new ArrayDeque<>();
    private int cost;
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
            int dropped = 0;
            while (!fits(size)) {
                dropped += removeFirst().bytes();
            }
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

    /// Whether it is closed, and nothing is left in it.
    boolean isOver() {
        lock.lock();
        try {
            return closed && items.isEmpty();
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
        return items.isEmpty() || cost + Math.max(size, ITEM_BYTES) <= maxBytes;
    }

    private Item<T> removeFirst() {
        Item<T> first = items.removeFirst();
        cost -= first.cost();
        return first;
    }

    private boolean add(T value, int size) {
        Item<T> item = new Item<>(value, size);
        items.addLast(item);
        cost += item.cost();
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
            T oldest = removeFirst().value();
            changed.signalAll();
            return oldest;
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
