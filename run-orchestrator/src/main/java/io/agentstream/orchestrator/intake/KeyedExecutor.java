package io.agentstream.orchestrator.intake;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs tasks on virtual threads: those of one key one after the other, in the order in which they came; those of different keys
/// at the same time. Takes whatever it is given: the giver keeps [#inFlight()] within its bound. Any thread.
public final class KeyedExecutor<K> implements AutoCloseable {

    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Consumer<Throwable> onFault;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Map<K, Queue<Runnable>> queues = new HashMap<>();
    private final Set<Thread> threads = new HashSet<>();
    private final AtomicInteger inFlight = new AtomicInteger(); // changed under the lock

    /// @param onFault gets what a task throws; the key's further tasks are run all the same
    public KeyedExecutor(Consumer<Throwable> onFault) {
        this.onFault = onFault;
    }

    void submit(K key, Runnable task) {
        lock.lock();
        try {
            inFlight.incrementAndGet();
            Queue<Runnable> queue = queues.get(key);
            if (queue != null) {
                queue.add(task);
                return;
            }
            queue = new ArrayDeque<>();
            queue.add(task);
            queues.put(key, queue);
            Thread thread = Thread.ofVirtual().name("orchestrator-call").unstarted(() -> drain(key));
            threads.add(thread);
            thread.start();
        } finally {
            lock.unlock();
        }
    }

    /// Tasks that wait or run.
    public int inFlight() {
        return inFlight.get();
    }

    private void drain(K key) {
        Runnable task;
        while ((task = next(key)) != null) {
            try {
                task.run();
            } catch (Throwable fault) {
                onFault.accept(fault);
            } finally {
                finished();
            }
        }
    }

    private @Nullable Runnable next(K key) {
        lock.lock();
        try {
            Queue<Runnable> queue = queues.get(key);
            Runnable task = queue == null ? null : queue.poll();
            if (task == null) {
                queues.remove(key);
                threads.remove(Thread.currentThread());
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    private void finished() {
        lock.lock();
        try {
            if (inFlight.decrementAndGet() == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nothing is in flight; false where that took too long.
    boolean awaitIdle(Duration limit) throws InterruptedException {
        long leftNs = limit.toNanos();
        lock.lock();
        try {
            while (inFlight.get() > 0) {
                if (leftNs <= 0) {
                    return false;
                }
                leftNs = idle.awaitNanos(leftNs);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Interrupts what runs, and waits for it for a moment.
    @Override
    public void close() throws InterruptedException {
        Set<Thread> running;
        lock.lock();
        try {
            running = Set.copyOf(threads);
        } finally {
            lock.unlock();
        }
        running.forEach(Thread::interrupt);
        long deadline = System.nanoTime() + CLOSE.toNanos();
        for (Thread thread : running) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMs > 0) {
                thread.join(Duration.ofMillis(leftMs));
            }
        }
    }
}
