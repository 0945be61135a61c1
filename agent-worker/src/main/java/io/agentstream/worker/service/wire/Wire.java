package io.agentstream.worker.service.wire;

import io.agentstream.runtime.Networks;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.LookUps;
import io.agentstream.runtime.outbound.OutboundSockets;
import io.agentstream.runtime.outbound.OutboundStreams;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// What all adapters of a process share: the guarded ways out, and a thread for time-outs. Any thread.
public final class Wire implements AutoCloseable {

    private final Networks allowed;
    private final @Nullable SSLContext tls;
    private final LookUps names;
    private final OutboundSockets sockets;
    private final OutboundStreams streams;
    private final ScheduledThreadPoolExecutor timers;

    /// @param allowed what may be reached although it is not public
    public Wire(Networks allowed) {
        this(allowed, null);
    }

    /// @param tls whom to trust; null: whom the JVM trusts
    Wire(Networks allowed, @Nullable SSLContext tls) {
        this.allowed = allowed;
        this.tls = tls;
        names = new LookUps();
        AddressGuard guard = new AddressGuard(allowed, names.of(0));
        sockets = new OutboundSockets(guard, tls);
        streams = new OutboundStreams(guard, tls);
        timers = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("service-timers").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private Wire(Wire same, long organization) {
        allowed = same.allowed;
        tls = same.tls;
        names = same.names;
        AddressGuard guard = new AddressGuard(allowed, names.of(organization));
        sockets = new OutboundSockets(guard, tls);
        streams = same.streams.by(guard);
        timers = same.timers;
    }

    /// The same ways out, for what one organisation names: what is looked up for it counts to its share. Is not to be closed.
    public Wire of(long organization) {
        return new Wire(this, organization);
    }

    public OutboundSockets sockets() {
        return sockets;
    }

    public OutboundStreams streams() {
        return streams;
    }

    /// Runs a task once, which must return at once: it tells a listener, or breaks a connection off. Who wants it no longer cancels what
    /// it gets.
    public ScheduledFuture<?> after(long ms, Runnable task) {
        return timers.schedule(task, ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        timers.shutdownNow();
        streams.close();
        names.close();
    }
}
