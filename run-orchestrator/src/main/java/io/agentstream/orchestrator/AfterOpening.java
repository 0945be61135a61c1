package io.agentstream.orchestrator;

import io.agentstream.runtime.DutyCycle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A loop that begins once the database's schema is up to date.
record AfterOpening(CountDownLatch open, DutyCycle loop) implements DutyCycle {

    private static final long LOOK_MS = 100;

    @Override
    public String role() {
        return loop.role();
    }

    @Override
    public void work() throws Exception {
        if (open.getCount() == 0 || open.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
            loop.work();
        }
    }

    @Override
    public void wakeUp() {
        loop.wakeUp();
    }

    @Override
    public void onClose() throws Exception {
        loop.onClose();
    }
}
