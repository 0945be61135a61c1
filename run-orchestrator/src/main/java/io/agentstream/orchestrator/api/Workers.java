package io.agentstream.orchestrator.api;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Does the requests' work on a few platform threads, as many as there are connections for them: nobody waits for a connection, and
/// the rest of the process, which decides about calls on virtual threads, shares the processor with these few and not with every
/// request. What waits is bounded by [Places]. Any thread may call.
final class Workers implements AutoCloseable {
    private static final long PATIENCE_MS = 10_000;

    private final ExecutorService threads;

    Workers(int count) {
        this.threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().name("orchestrator-api-", 0).daemon().factory());
    }

    /// What `work` answers, or throws; [Reply#unavailable] where it has not been done within ten seconds.
    Reply answer(Supplier<Reply> work) throws InterruptedException {
        Future<Reply> reply;
        try {
            reply = threads.submit(work::get);
        } catch (RejectedExecutionException closed) {
            return Reply.unavailable();
        }
        try {
            return reply.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return Reply.unavailable();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a request ended in an error", failed.getCause());
        } finally {
            reply.cancel(false);
        }
    }

    /// What is being worked on is interrupted.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
