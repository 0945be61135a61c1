package io.agentstream.runtime;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Rung by who knows that there is something to do, heard by the one loop that does it. However often it is rung, it is heard once.
/// Any thread.
public final class Bell {

    private final Semaphore rung = new Semaphore(0);

    public void ring() {
        rung.release();
    }

    /// Waits until it is rung, for so long at most.
    ///
    /// @return whether it was
    public boolean await(long ms) throws InterruptedException {
        boolean heard = rung.tryAcquire(ms, TimeUnit.MILLISECONDS);
        if (heard) {
            rung.drainPermits();
        }
        return heard;
    }
}
