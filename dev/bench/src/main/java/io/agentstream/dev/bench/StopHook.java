package io.agentstream.dev.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a Ctrl-C end a measurement in good order: asks the run to stop, and keeps the JVM until its parts are closed. Open while
/// something is measured.
final class StopHook implements AutoCloseable {

    /// What a command that was stopped by Ctrl-C ends with.
    static final int EXIT_STOPPED = 130;

    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(3);

    private final Stop stop = new Stop();
    private final CountDownLatch closed = new CountDownLatch(1);

    /// @param run the thread that measures
    StopHook(Thread run) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop-bench").unstarted(() -> {
            stop.ask();
            run.interrupt();
            try {
                // Not for the thread itself: that one may be waiting for the hooks by then.
                if (!closed.await(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    System.err.println("the parts did not close in time");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    Stop stop() {
        return stop;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
