package io.agentstream.worker.tool;

import io.agentstream.runtime.outbound.OutboundStreams;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Breaks off whatever is under way for one use, and whatever would come behind it. One thread asks, any breaks off.
final class Breaker {

    private final AtomicReference<OutboundStreams.@Nullable Exchange> current = new AtomicReference<>();
    private volatile boolean broken;

    void begins(OutboundStreams.Exchange exchange) {
        current.set(exchange);
        if (broken) {
            exchange.cancel();
        }
    }

    void ends() {
        current.set(null);
    }

    void breakOff() {
        broken = true;
        OutboundStreams.Exchange exchange = current.get();
        if (exchange != null) {
            exchange.cancel();
        }
    }

    boolean isBroken() {
        return broken;
    }
}
