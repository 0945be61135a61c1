package io.agentstream.dev.e2e;

import io.agentstream.dev.embedded.WorkerMetrics;
import io.agentstream.dev.local.LocalSystem;
import java.util.concurrent.Callable;

/// A call that a certain one of two workers holds.
final class Held {

    /// A call falls on one of two workers by chance.
    private static final int MOST_CALLS = 36;

    private Held() {}

    /// Places calls until the worker at `url` holds one, which is not further than its greeting then; those before it are closed.
    static <T extends AutoCloseable> T by(String url, LocalSystem system, Callable<T> begin) throws Exception {
        for (int calls = 0; calls < MOST_CALLS; calls++) {
            T talk = begin.call();
            Wait.until("a worker holds the call", () -> Wait.when(
                    WorkerMetrics.conversations(url) + WorkerMetrics.conversations(system.demo().workerUrl()) > 0));
            if (WorkerMetrics.conversations(url) > 0) {
                return talk;
            }
            talk.close();
            Wait.until("no worker holds a call", () -> Wait.when(
                    WorkerMetrics.conversations(url) + WorkerMetrics.conversations(system.demo().workerUrl()) == 0));
        }
        throw new AssertionError("the second worker gets no calls");
    }
}
