package io.agentstream.gateway.socket;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Tells those who are turned away so after a pause. Else whoever comes again at once, with each of its connections, does so thousands of
/// times a second, and what that costs is everybody's. A pause holds a connection and no thread; of more than [#MOST] at a time the rest is
/// told at once. Any thread.
final class LateRefusals {

    static final int MOST = 1_000;
    static final long MS = 250;

    private final AtomicInteger waiting = new AtomicInteger();

    /// Does `refusal` on the exchange's I/O thread, later.
    void later(HttpServerExchange exchange, Runnable refusal) {
        if (waiting.incrementAndGet() > MOST) {
            waiting.decrementAndGet();
            refusal.run();
            return;
        }
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            try {
                exchange.getIoThread().executeAfter(() -> told(refusal), MS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closing) {
                told(refusal);
            }
        });
    }

    private void told(Runnable refusal) {
        waiting.decrementAndGet();
        refusal.run();
    }
}
