package io.agentstream.dev.e2e;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waiting for a condition, never for a time. Who asks something that is dear asks less often: a condition that reads a topic to its end, asked
/// without a pause, would take a processor from those who are to bring it about. A wait that took more than half of its limit says so: on a
/// slower machine it fails.
final class Wait {

    private static final long LIMIT_MS = 20_000;
    private static final long POLL_MS = 20;
    private static final long MOST_POLL_MS = 500;

    private Wait() {}

    static <T> T until(String what, Callable<Optional<T>> condition) throws Exception {
        return until(what, LIMIT_MS, condition);
    }

    static <T> T until(String what, long limitMs, Callable<Optional<T>> condition) throws Exception {
        long beganNs = System.nanoTime();
        long deadlineNs = beganNs + limitMs * 1_000_000;
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            long askedNs = System.nanoTime();
            Optional<T> found = condition.call();
            long nowNs = System.nanoTime();
            if (found.isPresent()) {
                long tookMs = (nowNs - beganNs) / 1_000_000;
                if (2 * tookMs > limitMs) {
                    System.out.println("waited for " + tookMs + " of " + limitMs + " ms: " + what);
                }
                return found.get();
            }
            long pauseMs = Math.clamp((nowNs - askedNs) / 1_000_000, POLL_MS, MOST_POLL_MS);
            if (nowNs > deadlineNs || never.await(pauseMs, TimeUnit.MILLISECONDS)) {
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
