package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.measure.Measured;
import io.agentstream.dev.bench.measure.PauseWatch;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One thread and its share of the calls. It looks at them on a fixed grid of ticks: sends what is due, takes what has come, and
/// sleeps until the next tick; so it costs the same few thousand wake-ups a second with any number of calls. What it sees late in
/// this way it counts as the other side's delay, never the other way round.
final class CallLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CallLoop.class);
    private static final int READ_BYTES = 256 * 1024;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long ANSWER_LIMIT_NS = 30 * SECOND_NS;
    private static final long STRAGGLER_LIMIT_NS = 3 * SECOND_NS;
    private static final long CLOSE_LIMIT_NS = 10 * SECOND_NS;
    private static final int HANG_UPS_PER_SECOND = 200;

    /// Something that the loop looks at every tick until it is over.
    private record Watch(BooleanSupplier over, CompletableFuture<CallTally> done) {}

    private final LoadPlan plan;
    private final long tickNs;
    private final Selector selector;
    private final Inlet in = new Inlet(READ_BYTES);
    private final CallTally tally = new CallTally();
    private final List<CallSocket> calls = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private final List<List<CallSocket>> byPhase = new ArrayList<>();
    private final Queue<Watch> inbox = new ConcurrentLinkedQueue<>();
    private final List<Watch> watches = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;
    private long nextTickNs;

    /// @param index which of the plan's loops this is
    CallLoop(LoadPlan plan, int index, Tls tls, long seed) throws IOException {
        this.plan = plan;
        this.tickNs = plan.tickUs() * 1_000L;
        this.selector = Selector.open();
        for (int i = 0; i < plan.ticksPerFrame(); i++) {
            byPhase.add(new ArrayList<>());
        }
        SplittableRandom random = new SplittableRandom(seed + index);
        for (int call = index; call < plan.calls(); call += plan.threads()) {
            CallSocket socket = new CallSocket(plan, call, tls, tally, random.split());
            calls.add(socket);
            numbers.add(call);
            byPhase.get(plan.phase(call)).add(socket);
        }
        this.thread = Thread.ofPlatform().name("calls-" + index).unstarted(this::run);
    }

    /// @param originNs a moment that all loops of a load share, on the scale of [System#nanoTime()]
    void start(long originNs) {
        nextTickNs = originNs;
        thread.start();
    }

    /// Places all calls at the plan's rate; is over when every one was answered, has ended, or was waited for long enough.
    CompletableFuture<CallTally> place() {
        return watch(new BooleanSupplier() {
            private long startNs;
            private int placed;

            @Override
            public boolean getAsBoolean() {
                startNs = startNs == 0 ? nextTickNs : startNs;
                while (placed < calls.size()) {
                    long dueNs = startNs + (long) (numbers.get(placed) / plan.callsPerSecond() * SECOND_NS);
                    if (dueNs > nextTickNs) {
                        return false;
                    }
                    calls.get(placed++).place(selector, dueNs);
                }
                return calls.stream().allMatch(call -> call.isRunning()
                        || call.isClosed()
                        || nextTickNs - call.placedNs() > ANSWER_LIMIT_NS);
            }
        });
    }

    /// From the next tick on the frames are measured.
    CompletableFuture<CallTally> begin() {
        return watch(() -> {
            Measured measured = new Measured();
            measured.from(nextTickNs);
            tally.measure(measured);
            return true;
        });
    }

    /// From the next tick on they no longer are; is over when all have come back or were waited for long enough.
    CompletableFuture<CallTally> end() {
        return watch(new BooleanSupplier() {
            private long endNs;

            @Override
            public boolean getAsBoolean() {
                if (endNs == 0) {
                    endNs = nextTickNs;
                    tally.measured().until(endNs);
                }
                return tally.measured().complete() || nextTickNs - endNs > STRAGGLER_LIMIT_NS;
            }
        });
    }

    /// Ends all calls, not all at once; is over when all are closed or were waited for long enough.
    CompletableFuture<CallTally> hangUp() {
        return watch(new BooleanSupplier() {
            private long startNs;
            private int ended;

            @Override
            public boolean getAsBoolean() {
                startNs = startNs == 0 ? nextTickNs : startNs;
                long due = 1 + (nextTickNs - startNs) * HANG_UPS_PER_SECOND / SECOND_NS;
                while (ended < calls.size() && ended < due) {
                    calls.get(ended++).hangUp();
                }
                return ended == calls.size()
                        && (calls.stream().allMatch(CallSocket::isClosed) || nextTickNs - startNs > CLOSE_LIMIT_NS
                                + ended * SECOND_NS / HANG_UPS_PER_SECOND);
            }
        });
    }

    /// From now on the longest pause of each call counts.
    CompletableFuture<CallTally> listen() {
        return watch(() -> {
            calls.forEach(call -> call.pauses().anew());
            return true;
        });
    }

    /// The longest pause of each call that is up, since it was listened for.
    CompletableFuture<List<PauseWatch.Pause>> pauses() {
        List<PauseWatch.Pause> found = new ArrayList<>();
        return watch(() -> {
                    long nowNs = System.nanoTime();
                    long nowMs = System.currentTimeMillis();
                    for (int i = 0; i < calls.size(); i++) {
                        if (calls.get(i).isRunning() && !calls.get(i).isClosed()) {
                            found.add(calls.get(i).pauses().longest(numbers.get(i), nowNs, nowMs));
                        }
                    }
                    return true;
                })
                .thenApply(tally -> found);
    }

    private CompletableFuture<CallTally> watch(BooleanSupplier over) {
        Watch watch = new Watch(over, new CompletableFuture<>());
        inbox.add(watch);
        return watch.done();
    }

    private void run() {
        try {
            while (!stopping) {
                look();
                long now = System.nanoTime();
                while (nextTickNs <= now) {
                    tick();
                    now = System.nanoTime();
                }
                selector.selectNow(this::ready);
                LockSupport.parkNanos(nextTickNs - System.nanoTime());
            }
        } catch (IOException | RuntimeException | Error failure) {
            LOG.error("the loop of the calls broke", failure);
            look();
            watches.forEach(watch -> watch.done().completeExceptionally(failure));
        } finally {
            calls.forEach(CallSocket::cut);
        }
    }

    private void tick() {
        int phase = (int) (nextTickNs / tickNs % byPhase.size());
        List<CallSocket> due = byPhase.get(phase);
        for (int i = 0; i < due.size(); i++) {
            due.get(i).tick(nextTickNs, tally.measured());
        }
        nextTickNs += tickNs;
    }

    private void look() {
        for (Watch watch = inbox.poll(); watch != null; watch = inbox.poll()) {
            watches.add(watch);
        }
        if (!watches.isEmpty()) {
            watches.removeIf(watch -> {
                boolean over = watch.over().getAsBoolean();
                if (over) {
                    watch.done().complete(tally.copy());
                }
                return over;
            });
        }
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof CallSocket call) {
            call.ready(key, in);
        }
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        selector.close();
    }
}
