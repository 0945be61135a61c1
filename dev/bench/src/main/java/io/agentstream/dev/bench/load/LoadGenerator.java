package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import io.agentstream.dev.bench.measure.Measured;
import io.agentstream.dev.bench.measure.PauseWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// All calls of one load, shared among the loops. One thread at a time uses it; each step waits for its end.
public final class LoadGenerator implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(60);

    private final List<CallLoop> loops = new ArrayList<>();

    /// What a window brought.
    ///
    /// @param lateness how late the frames went through the generator's own fault
    public record Result(CallCounts calls, LatencyMs rttMs, Frames frames, LatencyMs lateness) {}

    /// @param seed of everything that is random in it
    public LoadGenerator(LoadPlan plan, long seed) throws IOException {
        Tls tls = new Tls(plan.server().anyCertificate());
        for (int i = 0; i < plan.threads(); i++) {
            loops.add(new CallLoop(plan, i, tls, seed));
        }
        // All loops share the phases of the calls.
        long originNs = Math.ceilDiv(System.nanoTime(), LoadPlan.FRAME_NS) * LoadPlan.FRAME_NS;
        loops.forEach(loop -> loop.start(originNs));
    }

    /// Places the calls, and waits until it is known of each whether it was answered.
    public CallCounts place() throws IOException, InterruptedException {
        return sum(all(CallLoop::place)).counts();
    }

    /// Begins to measure.
    public void begin() throws IOException, InterruptedException {
        all(CallLoop::begin);
    }

    /// Ends the measurement and waits for the stragglers, at most 3 s.
    public Result end() throws IOException, InterruptedException {
        CallTally sum = sum(all(CallLoop::end));
        Measured measured = sum.measured();
        return new Result(sum.counts(), measured.roundTrip(), measured.frames(), measured.lateness());
    }

    /// From now on the longest pause of each call counts.
    public void listen() throws IOException, InterruptedException {
        all(CallLoop::listen);
    }

    /// The longest pause of each call that is up, since [#listen].
    public List<PauseWatch.Pause> pauses() throws IOException, InterruptedException {
        return all(CallLoop::pauses).stream().flatMap(List::stream).toList();
    }

    /// Ends the calls.
    public CallCounts hangUp() throws IOException, InterruptedException {
        return sum(all(CallLoop::hangUp)).counts();
    }

    private static CallTally sum(List<CallTally> tallies) {
        CallTally sum = new CallTally();
        tallies.forEach(sum::add);
        return sum;
    }

    private <T> List<T> all(Function<CallLoop, CompletableFuture<T>> step) throws IOException, InterruptedException {
        List<CompletableFuture<T>> steps = loops.stream().map(step).toList();
        List<T> tallies = new ArrayList<>();
        for (CompletableFuture<T> each : steps) {
            try {
                tallies.add(each.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
            } catch (ExecutionException | TimeoutException failure) {
                throw new IOException("a loop of the load generator broke", failure);
            }
        }
        return tallies;
    }

    @Override
    public void close() throws IOException {
        for (CallLoop loop : loops) {
            loop.close();
        }
    }
}
