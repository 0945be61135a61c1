package io.agentstream.runtime;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// What `main` waits at until the process is told to stop, by a signal or because a part of it broke. Any thread.
public final class StopBarrier {

    /// How long a closing process may take after the signal; then it is halted.
    private static final long CLOSE_LIMIT_MS = TimeUnit.HOURS.toMillis(4) + 60_000;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private volatile int exitCode;

    /// From now on SIGTERM and SIGINT lead here, and the process ends with the code that [#closed(int)] is given. Without this
    /// the JVM would end with 143.
    public StopBarrier onSignals() {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop-signal").unstarted(() -> {
            if (closed.getCount() == 0) {
                return; // the process ends by itself, with a code of its own
            }
            stop.countDown();
            try {
                if (!closed.await(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS)) {
                    Runtime.getRuntime().halt(1);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.out.flush();
            Runtime.getRuntime().halt(exitCode);
        }));
        return this;
    }

    public void stop() {
        stop.countDown();
    }

    /// A part broke in a way that it cannot go on from.
    public void fault(Throwable cause) {
        fault.compareAndSet(null, cause);
        stop.countDown();
    }

    /// The part that broke, where one has.
    public Optional<Throwable> fault() {
        return Optional.ofNullable(fault.get());
    }

    /// Blocks until the process is to stop; returns what broke, where that is the reason.
    public Optional<Throwable> await() throws InterruptedException {
        stop.await();
        return fault();
    }

    /// Blocks until the process is to stop, for `ms` at most; returns whether it is.
    public boolean awaitStop(long ms) throws InterruptedException {
        return stop.await(ms, TimeUnit.MILLISECONDS);
    }

    /// Everything is closed; a hook that waits lets the process go.
    public void closed(int code) {
        exitCode = code;
        closed.countDown();
    }
}
