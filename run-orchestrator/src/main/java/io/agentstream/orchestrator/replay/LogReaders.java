package io.agentstream.orchestrator.replay;

import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// The few threads that read the log back: whatever is asked, [#ALL] calls are read at a time, [#OF_ONE] of one organisation, and nobody
/// waits for long: turns are given in the order in which they were asked for, passing over those of an organisation that has as many as it
/// may. As many wait as the API has requests, which it bounds. What else this process does has its own threads. Any thread.
public final class LogReaders implements AutoCloseable {

    public static final int ALL = 4;
    public static final int OF_ONE = 2;

    /// How long who has not begun waits for a turn: those who read a long call leave theirs now and then.
    private static final Duration FIRST_TURN = Duration.ofSeconds(1);

    /// How long who has begun waits for the next turn.
    private static final Duration TURN = Duration.ofSeconds(10);

    private final ExecutorService threads = Executors.newFixedThreadPool(
            ALL, Thread.ofPlatform().name("orchestrator-log-", 0).daemon().factory());
    private final Counter refused;

    // Guarded by this.
    private final Map<Long, Integer> reading = new HashMap<>();
    private final List<Waiting> line = new ArrayList<>();
    private int all;

    /// Somebody in the line.
    private static final class Waiting {
        private final long owner;
        private boolean hasTurn;

        Waiting(long owner) {
            this.owner = owner;
        }
    }

    public LogReaders(Metrics metrics) {
        this.refused = metrics.counter("agent_stream_orchestrator_log_readings_refused"); // as many were read as may be at a time
    }

    /// As many are read as may be at a time.
    public static final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /// What `work` answers, or throws.
    ///
    /// @param owner whose run it is
    public <T> T read(long owner, Callable<T> work) throws BusyException, InterruptedException, ExecutionException {
        if (!awaitTurn(owner, FIRST_TURN)) {
            throw new BusyException();
        }
        return entered(owner, work);
    }

    private synchronized boolean awaitTurn(long owner, Duration limit) throws InterruptedException {
        Waiting me = new Waiting(owner);
        line.add(me);
        giveTurns();
        long deadlineNs = System.nanoTime() + limit.toNanos();
        try {
            for (long leftNs = limit.toNanos(); !me.hasTurn && leftNs > 0; leftNs = deadlineNs - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        } catch (InterruptedException gone) {
            if (me.hasTurn) {
                leave(owner);
            }
            throw gone;
        } finally {
            line.remove(me);
        }
        if (!me.hasTurn) {
            refused.increment();
        }
        return me.hasTurn;
    }

    /// Whoever has entered leaves once: with the end of his work, or with its never being begun.
    private <T> T entered(long owner, Callable<T> work) throws InterruptedException, ExecutionException {
        AtomicBoolean isBegun = new AtomicBoolean();
        Future<T> running;
        try {
            running = threads.submit(() -> {
                if (isBegun.getAndSet(true)) {
                    throw new CancellationException();
                }
                try {
                    return work.call();
                } finally {
                    leave(owner);
                }
            });
        } catch (RuntimeException closed) {
            leave(owner);
            throw closed;
        }
        try {
            return running.get();
        } catch (InterruptedException gone) {
            if (!isBegun.getAndSet(true)) {
                leave(owner);
            }
            running.cancel(true);
            throw gone;
        }
    }

    /// The same for who has begun to answer, and waits for a turn rather than break off: for [#TURN] at most.
    ///
    /// @throws IOException where `work` throws one, or there was no turn in time
    public <T> T inTurn(long owner, Callable<T> work) throws IOException {
        try {
            if (!awaitTurn(owner, TURN)) {
                throw new IOException("as many runs are being read back as may be at a time");
            }
            return entered(owner, work);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new IOException("the API is being closed", closing);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException trouble ? trouble : new IOException("a run was not read back", failed.getCause());
        }
    }

    private synchronized void leave(long owner) {
        all--;
        reading.computeIfPresent(owner, (_, count) -> count == 1 ? null : count - 1);
        giveTurns();
    }

    /// To whoever may begin now, those who came first before the others.
    private void giveTurns() {
        for (Iterator<Waiting> each = line.iterator(); each.hasNext() && all < ALL; ) {
            Waiting waiting = each.next();
            if (reading.getOrDefault(waiting.owner, 0) < OF_ONE) {
                all++;
                reading.merge(waiting.owner, 1, Integer::sum);
                waiting.hasTurn = true;
                each.remove();
            }
        }
        notifyAll();
    }

    /// Readings are broken off.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
