package io.agentstream.dev.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Whether somebody wants the run to end early. Any thread.
final class Stop {

    private final CountDownLatch asked = new CountDownLatch(1);

    void ask() {
        asked.countDown();
    }

    /// Waits for so long.
    ///
    /// @throws InterruptedException where the run is to end
    void pause(Duration duration) throws InterruptedException {
        if (asked.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new InterruptedException("the run was stopped");
        }
    }
}
