package io.agentstream.orchestrator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what another thread does.
public final class Until {

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long LEAST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MOST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    @FunctionalInterface
    public interface Step {
        void run() throws InterruptedException;
    }

    private Until() {}

    public static void holds(BooleanSupplier condition) throws InterruptedException {
        holds(() -> {}, condition);
    }

    /// Runs `step` again and again, at most a few hundred times a second; what is dear to ask is asked less often.
    public static void holds(Step step, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT_NS;
        boolean held; // what held for a moment has held: it is not asked again
        do {
            long beginNs = System.nanoTime();
            step.run();
            LockSupport.parkNanos(Math.clamp(System.nanoTime() - beginNs, LEAST_PAUSE_NS, MOST_PAUSE_NS));
            held = condition.getAsBoolean();
        } while (!held && System.nanoTime() < deadline);
        assertTrue(held, "did not come true in time");
    }
}
