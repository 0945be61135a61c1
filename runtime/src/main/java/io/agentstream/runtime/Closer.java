package io.agentstream.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns what a service has opened and closes it in the reverse order, once. A failure does not keep the rest from being closed.
/// One thread at a time.
public final class Closer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Closer.class);

    private record Owned(String name, AutoCloseable resource) {}

    private final Deque<Owned> owned = new ArrayDeque<>();

    /// Takes over `resource`, to be closed before everything that was taken over earlier.
    public <R extends AutoCloseable> R own(String name, R resource) {
        owned.push(new Owned(name, resource));
        return resource;
    }

    @Override
    public synchronized void close() {
        @Nullable Owned next;
        while ((next = owned.poll()) != null) {
            long startNs = System.nanoTime();
            try {
                next.resource().close();
            } catch (Exception e) {
                log.atError().addKeyValue("part", next.name()).setCause(e).log("part did not close");
            }
            long tookMs = (System.nanoTime() - startNs) / 1_000_000;
            if (tookMs > 1_000) {
                log.atInfo().addKeyValue("part", next.name()).addKeyValue("took_ms", tookMs).log("part closed");
            }
        }
    }
}
