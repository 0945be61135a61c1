package io.agentstream.gateway.socket;

import io.agentstream.gateway.kafka.CommandDelivery;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.SocketCommand;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/// Finds the socket of a call, and brings commands to it: one task for each I/O thread and poll. Adding, removing and waiting is
/// for any thread, delivering for the command reader's.
final class CallRegistry implements CommandDelivery {

    private final ConcurrentMap<CallId, CallSocket> calls = new ConcurrentHashMap<>();
    private final AtomicInteger letIn = new AtomicInteger();
    private final IdentityHashMap<IoLoop, IoLoop.Batch> batches = new IdentityHashMap<>();
    private final GatewayMeters meters;

    CallRegistry(GatewayMeters meters) {
        this.meters = meters;
    }

    void add(CallSocket call) {
        calls.put(call.callId(), call);
        if (!call.isRefused()) {
            letIn.incrementAndGet();
        }
    }

    void remove(CallSocket call) {
        boolean removed = calls.remove(call.callId(), call);
        if (removed && !call.isRefused() && letIn.decrementAndGet() == 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    int size() {
        return calls.size();
    }

    /// Waits until no socket is left but those that were refused, and none is on its way here.
    ///
    /// @param calls how many were let in, which they are before they are here
    /// @return false where some are left after `timeoutMs`
    synchronized boolean awaitEmpty(long timeoutMs, GatewayClock clock, IntSupplier calls) throws InterruptedException {
        long endUs = clock.nowUs() + TimeUnit.MILLISECONDS.toMicros(timeoutMs);
        long leftMs;
        while (!isEmpty(calls) && (leftMs = (endUs - clock.nowUs()) / 1_000) > 0) {
            wait(leftMs);
        }
        return isEmpty(calls);
    }

    /// Asked in this order: who is on his way is counted there before he is here.
    private boolean isEmpty(IntSupplier calls) {
        return calls.getAsInt() == 0 && letIn.get() == 0;
    }

    @Override
    public void add(SocketCommand command, int partition, long offset) {
        CallSocket call = calls.get(command.callId());
        if (call == null) {
            meters.unknownCalls.increment();
        } else {
            call.commandsAt().note(partition, offset);
            batches.computeIfAbsent(call.loop(), loop -> new IoLoop.Batch()).add(call, command);
        }
    }

    @Override
    public void flush() throws InterruptedException {
        for (Map.Entry<IoLoop, IoLoop.Batch> batch : batches.entrySet()) {
            batch.getKey().submit(batch.getValue());
        }
        batches.clear();
    }
}
