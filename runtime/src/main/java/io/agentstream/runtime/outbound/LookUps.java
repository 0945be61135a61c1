package io.agentstream.runtime.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks names up for virtual threads. The machine's resolver holds the thread that asks it for as long as it likes, and a virtual thread
/// would hold its carrier with it, so threads of its own ask: at most [#MAX_UNDER_WAY], and who waits for them waits
/// [#LIMIT_MS] at most. Any thread.
public final class LookUps implements AddressGuard.Resolver, AutoCloseable {

    static final int MAX_UNDER_WAY = 64;
    static final int LIMIT_MS = 3_000;

    private final AddressGuard.Resolver machine;
    private final int limitMs;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, MAX_UNDER_WAY, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
            Thread.ofPlatform().name("look-up-", 0).daemon().factory());

    public LookUps() {
        this(InetAddress::getAllByName, LIMIT_MS);
    }

    LookUps(AddressGuard.Resolver machine, int limitMs) {
        this.machine = machine;
        this.limitMs = limitMs;
    }

    @Override
    public InetAddress[] resolve(String name) throws UnknownHostException {
        Future<InetAddress[]> found;
        try {
            found = threads.submit(() -> machine.resolve(name));
        } catch (RejectedExecutionException full) {
            throw new UnknownHostException("too many names are being looked up");
        }
        try {
            return found.get(limitMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException unknown) {
            throw new UnknownHostException("the name is not known here");
        } catch (TimeoutException slow) {
            throw new UnknownHostException("looking the name up takes too long");
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
