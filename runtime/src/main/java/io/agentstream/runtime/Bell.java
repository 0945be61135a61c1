package io.agentstream.orchestrator.jobs;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Rung by who knows that there is something to do, heard by the one loop that does it. However often it is rung, it is heard once.
/// Any thread.
public final class Bell {

    private final Semaphore rung = new Semaphore(0);

    void ring() {
        rung.release();
    }

    /// Waits until it is rung, for so long at most.
    void await(long ms) throws InterruptedException {
        if (rung.tryAcquire(ms, TimeUnit.MILLISECONDS)) {
            rung.drainPermits();
        }
    }
}
