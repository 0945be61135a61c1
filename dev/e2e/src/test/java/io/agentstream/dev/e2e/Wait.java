package io.agentstream.dev.e2e;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waiting for a condition, never for a time.
final class Wait {

    private static final long LIMIT_MS = 20_000;
    private static final long POLL_MS = 20;

    private Wait() {}

    static <T> T until(String what, Callable<Optional<T>> condition) throws Exception {
        return until(what, LIMIT_MS, condition);
    }

    static <T> T until(String what, long limitMs, Callable<Optional<T>> condition) throws Exception {
        long deadlineNs = System.nanoTime() + limitMs * 1_000_000;
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            Optional<T> found = condition.call();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > deadlineNs || never.await(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("not within " + limitMs + " ms: " + what);
            }
        }
    }

    /// For a condition that has nothing to give but that it holds.
    static Optional<Boolean> when(boolean condition) {
        return condition ? Optional.of(true) : Optional.empty();
    }

    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }
}
