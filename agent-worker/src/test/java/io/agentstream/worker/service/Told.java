package io.agentstream.worker.service;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// A listener that keeps what it is told. Any thread.
public final class Told<E> {

    private static final long LIMIT_MS = 20_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<E> events = new ArrayList<>();

    public void on(E event) {
        lock.lock();
        try {
            events.add(event);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public List<E> all() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    public <T extends E> List<T> all(Class<T> type) {
        return all().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /// Waits until what was told is as wanted.
    public List<E> await(Predicate<List<E>> wanted) {
        long leftNs = TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        lock.lock();
        try {
            while (!wanted.test(events)) {
                if (leftNs <= 0) {
                    fail("only this was told: " + events);
                }
                leftNs = changed.awaitNanos(leftNs);
            }
            return List.copyOf(events);
        } catch (InterruptedException unwanted) {
            throw new IllegalStateException(unwanted);
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the first of this kind.
    public <T extends E> T await(Class<T> type) {
        return await(type, 1).getFirst();
    }

    /// Waits for so many of this kind.
    public <T extends E> List<T> await(Class<T> type, int count) {
        return await(told -> told.stream().filter(type::isInstance).count() >= count).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
