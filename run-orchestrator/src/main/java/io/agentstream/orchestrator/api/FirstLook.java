package io.agentstream.orchestrator.api;

import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.AddressRefusedException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Tells who gives a URL at once that it leads where nobody may be sent to. Only a courtesy: what counts is asked at every connection,
/// so a name that cannot be looked up in a moment passes. One organisation waits for one name at a time, and few names are looked up at
/// all, because looking up holds a thread. Any thread.
final class FirstLook {
    private static final long PATIENCE_MS = 300;
    private static final int AT_ONCE = 8;

    private final AddressGuard guard;
    private final Semaphore lookups = new Semaphore(AT_ONCE);
    private final Set<Long> waiting = ConcurrentHashMap.newKeySet();

    FirstLook(AddressGuard guard) {
        this.guard = guard;
    }

    /// Whether the host leads to refused addresses only, as far as that is known in a moment.
    boolean isRefused(String host, long organizationId) {
        if (!waiting.add(organizationId)) {
            return false;
        }
        try {
            return look(host);
        } finally {
            waiting.remove(organizationId);
        }
    }

    private boolean look(String host) {
        if (!lookups.tryAcquire()) {
            return false;
        }
        FutureTask<Boolean> look = new FutureTask<>(() -> {
            try {
                guard.resolve(host);
                return false;
            } catch (AddressRefusedException refused) {
                return true;
            } catch (UnknownHostException unknown) {
                return false;
            } finally {
                lookups.release();
            }
        });
        Thread.ofPlatform().daemon().name("orchestrator-first-look").start(look);
        try {
            return look.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException later) {
            return false;
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
