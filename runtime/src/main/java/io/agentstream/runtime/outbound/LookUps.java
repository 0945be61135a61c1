package io.agentstream.runtime.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// Looks names up for virtual threads. The machine's resolver holds the thread that asks it for as long as it likes, and a virtual thread
/// would hold its carrier with it, so threads of its own ask: at most [#MAX_UNDER_WAY], of them [#SHARE] for one organisation, so that names
/// which nobody answers for are their owner's trouble only. A name that is being looked up is not looked up once more: many calls that begin at
/// once have one service. Who waits waits [#LIMIT_MS] at most. Any thread.
public final class LookUps implements AutoCloseable {

    static final int MAX_UNDER_WAY = 64;
    static final int SHARE = 16;
    static final int LIMIT_MS = 3_000;

    private final AddressGuard.Resolver machine;
    private final int limitMs;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, MAX_UNDER_WAY, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
            Thread.ofPlatform().name("look-up-", 0).daemon().factory());

    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock.
    private final List<Asked> underWay = new ArrayList<>();

    /// @param organization who began it: to its share it counts
    private record Asked(long organization, String name, CompletableFuture<InetAddress[]> found) {}

    public LookUps() {
        this(InetAddress::getAllByName, LIMIT_MS);
    }

    LookUps(AddressGuard.Resolver machine, int limitMs) {
        this.machine = machine;
        this.limitMs = limitMs;
    }

    /// The look-ups of one organisation, by its number.
    public AddressGuard.Resolver of(long organization) {
        return name -> resolve(organization, name);
    }

    private InetAddress[] resolve(long organization, String name) throws UnknownHostException {
        Future<InetAddress[]> found = asked(organization, name);
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

    private Future<InetAddress[]> asked(long organization, String name) throws UnknownHostException {
        lock.lock();
        try {
            for (Asked each : underWay) {
                if (each.name().equals(name)) {
                    return each.found();
                }
            }
            if (underWay.stream().filter(each -> each.organization() == organization).count() >= SHARE) {
                throw new UnknownHostException("too many names of one organisation are being looked up");
            }
            Asked asked = new Asked(organization, name, new CompletableFuture<>());
            threads.execute(() -> look(asked));
            underWay.add(asked);
            return asked.found();
        } catch (RejectedExecutionException full) {
            throw new UnknownHostException("too many names are being looked up");
        } finally {
            lock.unlock();
        }
    }

    private void look(Asked asked) {
        try {
            asked.found().complete(machine.resolve(asked.name()));
        } catch (UnknownHostException | RuntimeException unknown) {
            asked.found().completeExceptionally(unknown);
        } finally {
            lock.lock();
            try {
                underWay.remove(asked);
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
