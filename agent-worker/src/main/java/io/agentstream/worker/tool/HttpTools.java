package io.agentstream.worker.tool;

import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.Wire;

/// Sends the requests of tools, each on a virtual thread of its own. An address that the guard does not let through is not connected to; what a
/// request may take in time and bytes is its own to say. Any thread; returns at once.
///
/// What comes of it is the answer as it came, or `{"error": ...}` with one of `status` (then with the status, and the beginning of the answer),
/// `timeout`, `network`, `too_large`, `address`, `no_key`. Without an answer (`timeout`, `network`) it is sent again as often as it says.
public final class HttpTools {

    private final Wire wire;

    public HttpTools(Wire wire) {
        this.wire = wire;
    }

    /// @param idempotencyKey sent with every attempt: whoever has done it already may say so
    public Tools.Use use(HttpRequest request, String idempotencyKey, KeySource key, Tools.Listener listener) {
        Gate<HttpUse.Result> gate = new Gate<>(result -> listener.on(result.failed(), result.text()));
        HttpUse use = new HttpUse(wire.streams(), request, idempotencyKey, key);
        Thread.ofVirtual().name("service-tool").start(() -> use.run().ifPresent(gate::tellLast));
        return () -> {
            gate.shut();
            use.cancel();
        };
    }
}
