package io.agentstream.orchestrator.api;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Does the requests' work on a few platform threads, as many as there are connections for them: nobody waits for a connection, and
/// the rest of the process, which decides about calls on virtual threads, shares the processor with these few and not with every
/// request. Organisations take turns, and where there are several threads one organisation never has all of them: however much
/// one asks, and however long that takes, another waits for no more than what others like it have begun. What waits is bounded by
/// [Places]. Any thread may call.
final class Workers implements AutoCloseable {
    private static final long PATIENCE_MS = 10_000;

    private final FairQueue<FutureTask<?>> queue;
    private final LongSupplier cpuNanos;
    private final Bill bill;
    private final List<Thread> threads;
    private volatile boolean isClosed;

    /// Hears what work has taken.
    @FunctionalInterface
    interface Bill {
        void took(long owner, long cpuNanos);
    }

    /// @param cpuNanos what the calling thread has taken of the processors
    /// @param bill told by the threads, after each piece of work that [#answer] asked for
    Workers(int count, LongSupplier cpuNanos, Bill bill) {
        this.cpuNanos = cpuNanos;
        this.bill = bill;
        this.queue = new FairQueue<>(Math.max(1, count - 1));
        this.threads = IntStream.range(0, count)
                .mapToObj(n -> Thread.ofPlatform().name("orchestrator-api-" + n).daemon().unstarted(this::run))
                .toList();
        threads.forEach(Thread::start);
    }

    /// What `work` answers, or throws.
    ///
    /// @param owner whose turn it takes
    /// @throws TimeoutException where it has not been done within ten seconds
    <T> T answer(long owner, Supplier<T> work) throws InterruptedException, TimeoutException {
        return waitFor(owner, () -> {
            long before = cpuNanos.getAsLong();
            try {
                return work.get();
            } finally {
                bill.took(owner, cpuNanos.getAsLong() - before);
            }
        });
    }

    /// As [#answer], for the next piece of something long, which nobody pays for: there are few of these at a time, and each goes no faster
    /// than it is taken.
    <T> T piece(long owner, Supplier<T> work) throws InterruptedException, TimeoutException {
        return waitFor(owner, work);
    }

    private <T> T waitFor(long owner, Supplier<T> work) throws InterruptedException, TimeoutException {
        if (isClosed) {
            throw new TimeoutException("the API is closed");
        }
        FutureTask<T> task = new FutureTask<>(work::get);
        queue.add(owner, task);
        try {
            return task.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a request ended in an error", failed.getCause());
        } finally {
            task.cancel(false);
        }
    }

    private void run() {
        try {
            while (!isClosed) {
                FairQueue.Taken<FutureTask<?>> taken = queue.take();
                try {
                    taken.work().run();
                } finally {
                    queue.done(taken);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /// What is being worked on is interrupted.
    @Override
    public void close() {
        isClosed = true;
        threads.forEach(Thread::interrupt);
    }
}
